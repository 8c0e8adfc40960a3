import base64
import json
import struct
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from chelated import Host, Modules, Student

ROOT = Path(__file__).parents[3]
HOST_VECTORS = ROOT / "test/vectors/host"


def decode(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


@pytest.fixture(scope="session", params=["chelated-kernels.wasm", "chelated-kernels-scalar.wasm"])
def modules(request: pytest.FixtureRequest) -> Modules:
    return Modules(kernels=(ROOT / "assets" / request.param).read_bytes())


@pytest.fixture
def host(modules: Modules) -> Host:
    return Host(modules)


@pytest.fixture
def student(host: Host) -> Student:
    return host.open_student(host_file("student"))


@pytest.fixture(scope="session")
def cases() -> dict:
    return host_cases("cases")


def host_cases(name: str) -> dict:
    return json.loads((HOST_VECTORS / f"{name}.json").read_text())


def host_file(name: str) -> bytes:
    return (HOST_VECTORS / f"{name}.chelated").read_bytes()


def altered(file: bytes, change: Callable[[bytearray], None]) -> bytes:
    """The file with a change and the hash of that: what only the layout can give away."""
    body = bytearray(file)
    change(body)
    body[12:44] = sha256(body[44:]).digest()
    return bytes(body)


def with_content(file: bytes, content: int) -> bytes:
    return altered(file, lambda body: struct.pack_into("<I", body, 44, content))


def with_section(file: bytes, name: str, *, rename: str | None = None, **shape: int) -> bytes:
    """The file with a section of another name, or with other ``type``, ``rows`` or ``dims``."""

    def change(body: bytearray) -> None:
        entry = body.index(name.encode().ljust(16, b"\0"))
        struct.pack_into("16s", body, entry, (rename or name).encode())
        for at, number in shape.items():
            struct.pack_into("<I", body, entry + {"type": 16, "rows": 20, "dims": 24}[at], number)

    return altered(file, change)

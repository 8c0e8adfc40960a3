import base64
import json
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

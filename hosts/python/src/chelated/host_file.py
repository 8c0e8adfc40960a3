import struct
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from .errors import ChelatedError, corrupt

FORMAT = 1
KINDS = ("identity", "orthogonal", "affine", "lexical", "residual", "lowrank", "mlp")
SPACES = ("student", "teacher")
TERM_FREQUENCIES = (None, "count", "log")
_CONTENTS = {1: "student", 2: "adapter", 3: "gated student", 4: "gated adapter"}
_TYPES = {1: np.float32, 2: np.int8, 3: np.uint32, 4: np.int32, 5: np.uint8}
_HEADER, _ENTRY, _HASHED_FROM = 144, 32, 44


@dataclass(frozen=True)
class HostFile:
    """A file as docs/abi.md lays it out, its hash and its layout checked."""

    content: str
    kind: str
    output_space: str
    base_fingerprint: str
    fingerprint: str
    d_in: int
    d_out: int
    term_frequency: str | None
    sections: dict[str, np.ndarray]

    def take(self, name: str, dtype: type, rows: int | None = None, dims: int | None = None) -> np.ndarray | None:
        """The section of that name, which must have the type, and the shape where it is given."""
        section = self.sections.get(name)
        if section is None:
            return None
        wanted = (section.shape[0] if rows is None else rows, section.shape[1] if dims is None else dims)
        if section.dtype != dtype or section.shape != wanted:
            raise corrupt(f"section {name} is {section.dtype} {section.shape}, expected {dtype.__name__} {wanted}")
        return section

    def demand(self, name: str, dtype: type, rows: int | None = None, dims: int | None = None) -> np.ndarray:
        section = self.take(name, dtype, rows, dims)
        if section is None:
            raise corrupt(f"no section {name}")
        return section

    def take_list(self, name: str, dtype: type, length: int | None = None) -> np.ndarray | None:
        section = self.take(name, dtype, length, 1)
        return None if section is None else section[:, 0]

    def demand_list(self, name: str, dtype: type, length: int | None = None) -> np.ndarray:
        return self.demand(name, dtype, length, 1)[:, 0]


def read_host_file(file: bytes, *wanted: str) -> HostFile:
    """A file of one of the contents wanted."""
    if len(file) < _HEADER or file[:8] != b"chelated":
        raise corrupt(f"{len(file)} bytes do not begin as a host file does")
    (version,) = struct.unpack_from("<I", file, 8)
    if version != FORMAT:
        message = f"the host file has format {version}, this build reads {FORMAT}; export it again"
        raise ChelatedError("adapter_version", message)
    if sha256(file[_HASHED_FROM:]).digest() != file[12:_HASHED_FROM]:
        raise corrupt("the hash is not that of the content")
    (content,) = struct.unpack_from("<I", file, _HASHED_FROM)
    if _CONTENTS.get(content) not in wanted:
        raise corrupt(f"expected the file of a {wanted[0]}, got content {content}")
    d_in, d_out, kind, space, frequency, count = struct.unpack_from("<6I", file, 112)
    if kind >= len(KINDS) or space >= len(SPACES) or frequency >= len(TERM_FREQUENCIES):
        raise corrupt(f"kind {kind}, output space {space} or term frequency {frequency} is unknown")
    if _HEADER + count * _ENTRY > len(file):
        raise corrupt(f"{count} sections do not fit")
    return HostFile(
        content=_CONTENTS[content],
        kind=KINDS[kind],
        output_space=SPACES[space],
        base_fingerprint=file[48:80].hex(),
        fingerprint=file[80:112].hex(),
        d_in=d_in,
        d_out=d_out,
        term_frequency=TERM_FREQUENCIES[frequency],
        sections=dict(_read_section(file, _HEADER + i * _ENTRY) for i in range(count)),
    )


def _read_section(file: bytes, entry: int) -> tuple[str, np.ndarray]:
    padded, number, rows, dims, at = struct.unpack_from("<16s4I", file, entry)
    name = padded.rstrip(b"\0").decode("ascii", "replace")
    if number not in _TYPES:
        raise corrupt(f"type {number} of section {name} is unknown")
    dtype = np.dtype(_TYPES[number]).newbyteorder("<")
    if at + rows * dims * dtype.itemsize > len(file):
        raise corrupt(f"section {name} does not fit")
    return name, np.frombuffer(file, dtype, rows * dims, at).reshape(rows, dims)

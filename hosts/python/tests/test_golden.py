import json
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, decode, host_cases, host_file

from chelated import Host, Student

KERNEL_FILES = sorted((ROOT / "test/vectors").glob("*.json"))
TYPES = {"f32": "<f4", "f64": "<f8", "u32": "<u4", "i8": "i1"}


def near(got: np.ndarray, expected: np.ndarray, bound: np.ndarray) -> bool:
    with np.errstate(invalid="ignore"):
        return bool(((got == expected) | (np.isnan(got) & np.isnan(expected)) | (abs(got - expected) <= bound)).all())


@pytest.mark.parametrize("path", KERNEL_FILES, ids=lambda path: path.stem)
def test_kernel_vectors(host: Host, path: Path) -> None:
    for case in json.loads(path.read_text())["cases"]:
        run_kernel_case(host, case)


def run_kernel_case(host: Host, case: dict) -> None:
    buffers = {}
    for name, b in case["buffers"].items():
        if b["role"] == "state":
            buffers[name] = np.zeros(b["bytes"], np.uint8)
        elif "data" in b:
            buffers[name] = decode(b["data"], TYPES[b["type"]])
        else:
            buffers[name] = np.zeros(len(decode(b["expected"], "<f8")), TYPES[b["type"]])
    kernels = host.kernels
    at = dict(zip(buffers, kernels.scratch([b.nbytes for b in buffers.values()]), strict=True))
    for name, data in buffers.items():
        kernels.write(at[name], data)
    for call in case["calls"]:
        got = kernels.call(call["export"], *(at[a] if isinstance(a, str) else a for a in call["arguments"]))
        if "returns" in call:
            expected, bound = (decode(call["returns"][key], "<f8") for key in ("expected", "bound"))
            assert near(np.array([got], float), expected, bound), case["name"]
    for name, b in case["buffers"].items():
        if "expected" in b:
            got = kernels.read(at[name], buffers[name].shape, buffers[name].dtype).astype(float)
            assert near(got, decode(b["expected"], "<f8"), decode(b["bound"], "<f8")), (case["name"], name)


def test_student(student: Student, cases: dict) -> None:
    check_student(student, cases)


@pytest.mark.parametrize("kind", ["identity", "orthogonal", "affine", "lexical", "residual", "lowrank", "mlp"])
def test_adapter(host: Host, student: Student, cases: dict, kind: str) -> None:
    check_adapter(host, student, cases, kind, f"{kind}.chelated")


@pytest.mark.parametrize("name", ["words", "gated"])
def test_word_buckets_and_a_context_gate(host: Host, name: str) -> None:
    cases = host_cases(name)
    student = host.open_student(host_file(f"{name}-student"))
    check_student(student, cases)
    for kind in ("lexical", "residual"):
        check_adapter(host, student, cases, kind, f"{name}-{kind}.chelated")


def check_student(student: Student, cases: dict) -> None:
    assert [ids.tolist() for ids in student.token_ids(cases["texts"])] == cases["ids"]
    assert student.fingerprint == cases["fingerprint"]
    base = decode(cases["base"], "<f4").reshape(-1, cases["dims"])
    np.testing.assert_allclose(student.encode(cases["texts"]), base, rtol=0, atol=1e-6)


def check_adapter(host: Host, student: Student, cases: dict, kind: str, file: str) -> None:
    case = next(a for a in cases["adapters"] if a["file"] == file)
    adapter = host.open_adapter(host_file(file.removesuffix(".chelated")), student)
    assert (adapter.kind, adapter.fingerprint, adapter.d_out) == (kind, case["fingerprint"], case["dims"])
    expected = decode(case["expected"], "<f4").reshape(-1, case["dims"])
    got = adapter.correct_texts(cases["texts"])
    np.testing.assert_allclose(got, expected, rtol=0, atol=case["bound"])
    for i, text in enumerate(cases["texts"]):
        np.testing.assert_allclose(adapter.correct_texts([text])[0], got[i], rtol=0, atol=1e-6)

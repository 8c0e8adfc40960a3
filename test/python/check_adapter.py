"""Adapter files load in Python's onnxruntime without a word of complaint and give what chelated's kernels give, within 1e-5.

  python test/python/check_adapter.py [FOLDER]

FOLDER is what `node scripts/bun.mjs test/python/write-adapter-cases.ts FOLDER` wrote; without it, that is run first.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-5
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def silent():
    """Fails when something is written to the process's stderr: onnxruntime warns there, in C++."""
    with tempfile.TemporaryFile() as caught:
        kept = os.dup(2)
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        caught.seek(0)
        said = caught.read().decode()
        assert not said, f"onnxruntime complains: {said}"


def feeds(case):
    given = {}
    if case["vectors"] is not None:
        given["vector"] = np.array(case["vectors"], np.float32)
    if case["prior"] is not None:
        given["prior"] = np.array(case["prior"], np.float32)
    if case["texts"] is not None:
        # Three columns of padding more than are needed: count 0 must count for nothing, whatever the id.
        width = 3 + max(len(text["ids"]) for text in case["texts"])
        ids = np.full((len(case["texts"]), width), 7, np.int64)
        counts = np.zeros(ids.shape, np.float32)
        for i, text in enumerate(case["texts"]):
            ids[i, : len(text["ids"])] = text["ids"]
            counts[i, : len(text["ids"])] = text["counts"]
        given["token_ids"], given["token_counts"] = ids, counts
    return given


def aligned(session, given, teacher):
    """normalise((t - mean) map) with the teacher's part of the file."""
    names = [output.name for output in session.get_outputs()]
    mean = session.run(["teacher_mean"], given)[0]
    mapped = teacher - mean
    if "teacher_map" in names:
        mapped = mapped @ session.run(["teacher_map"], given)[0]
    return mapped / np.linalg.norm(mapped, axis=1, keepdims=True)


def check(path):
    content = path.read_bytes()
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    case = json.loads(path.with_suffix(".json").read_text())
    given = feeds(case)
    with silent():
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        got = session.run(["corrected"], given)[0]
        metadata = session.get_modelmeta().custom_metadata_map
    card = json.loads(metadata["chelated.card"])
    assert card["needs"] == case["needs"], card
    assert metadata["chelated.hash"] == hashlib.sha256(content[:-64]).hexdigest() == content[-64:].decode()
    expected = np.array(case["corrected"], np.float32)
    assert got.shape == expected.shape == (len(expected), card["dOut"]), got.shape
    difference = np.abs(got - expected).max()
    assert not expected[0].any() and not got[0].any(), "the first text is empty, its vector must be exactly zero"
    norms = np.linalg.norm(got[got.any(axis=1)], axis=1)
    assert np.abs(norms - 1).max() <= 1e-6, "every other row must have unit length"
    if case["teacher"] is not None:
        alignment = aligned(session, given, np.array(case["teacher"], np.float32))
        difference = max(difference, np.abs(alignment - np.array(case["aligned"], np.float32)).max())
    assert difference <= TOLERANCE, f"{path.name}: differs by {difference}"
    print(f"{path.name:28} {len(content):8} bytes   largest difference {difference:.1e}")


def main(folder):
    if folder is None:
        with tempfile.TemporaryDirectory() as made:
            subprocess.run(["node", "scripts/bun.mjs", "test/python/write-adapter-cases.ts", made], cwd=ROOT, check=True)
            return main(made)
    paths = sorted(Path(folder).glob("*.onnx"))
    assert paths, f"no adapter files in {folder}"
    for path in paths:
        check(path)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)

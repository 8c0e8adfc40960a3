"""Times a host beside numpy: bench.py KERNELS.wasm WORDPIECE.wasm STUDENT LEXICAL AFFINE TEXTS. bench/README.md says what is measured."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from chelated import Host, Modules, Tokens

ROWS, DIMS, VOCABULARY = 1000, 384, 30522
ROUNDS, ROUND_SECONDS = 5, 0.2

kernels, word_piece, student_file, lexical_file, affine_file, content = (Path(name).read_bytes() for name in sys.argv[1:7])
start = time.perf_counter()
host = Host(Modules(kernels, word_piece))
student = host.open_student(student_file)
lexical = host.open_adapter(lexical_file, student)
load = time.perf_counter() - start
affine = host.open_adapter(affine_file)


def seconds(call: Callable[[], object]) -> float:
    """A call, the median of rounds."""
    call()
    took = []
    for _ in range(ROUNDS):
        calls, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < ROUND_SECONDS:
            call()
            calls += 1
        took.append((time.perf_counter() - begin) / calls)
    return statistics.median(took)


def measure(name: str, vectors: int, batch: Callable, one: Callable, native: Callable) -> dict:
    per_vector = 1e9 / vectors
    return {"name": name, "batch": seconds(batch) * per_vector, "one": 1 / seconds(one), "native": seconds(native) * per_vector}


random = np.random.default_rng(1)
x = random.standard_normal((ROWS, DIMS), np.float32)
weights = random.standard_normal((DIMS, DIMS), np.float32)
table = random.integers(-127, 128, (VOCABULARY, DIMS), np.int8)
lists = student.token_ids(content.decode().removesuffix("\0").split("\0"))
tokens, first = Tokens.count(lists), Tokens.count(lists[:1])


def normalize(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def gather() -> np.ndarray:
    return normalize(np.stack([np.float32(0.01) * table[ids].sum(axis=0, dtype=np.float32) for ids in lists]))


figures = [
    measure("normalize", ROWS, lambda: host.normalize(x), lambda: host.normalize(x[:1]), lambda: normalize(x)),
    measure("affine", ROWS, lambda: affine.correct(x), lambda: affine.correct(x[:1]), lambda: normalize(x @ weights)),
    measure("lexical", len(lists), lambda: lexical.correct(None, tokens), lambda: lexical.correct(None, first), gather),
]
print(json.dumps({"load": load * 1e3, "figures": figures}))

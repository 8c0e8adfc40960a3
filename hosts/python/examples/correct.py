"""Reads texts (UTF-8, a NUL after each) and writes, for each text, how many token ids it has and those (u32), then all corrected
vectors (f32): correct.py KERNELS.wasm WORDPIECE.wasm STUDENT ADAPTER TEXTS OUT"""

import sys
from pathlib import Path

import numpy as np

from chelated import Host, Modules

kernels, word_piece, student_file, adapter_file, content = (Path(name).read_bytes() for name in sys.argv[1:6])
host = Host(Modules(kernels, word_piece))
student = host.open_student(student_file)
adapter = host.open_adapter(adapter_file, student)
texts = content.decode().removesuffix("\0").split("\0")
with Path(sys.argv[6]).open("wb") as out:
    for ids in student.token_ids(texts):
        out.write(np.array([len(ids), *ids], "<u4").tobytes())
    out.write(adapter.correct_texts(texts).astype("<f4").tobytes())

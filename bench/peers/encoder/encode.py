"""Vectors of texts by Python's onnxruntime, batched as sentence-transformers does: sorted by length, 32 at a time.

    python encode.py MODEL_FOLDER ONNX_FILE TEXTS.json THREADS ROUNDS OUT.npy

Prints {"seconds": [one a round], "cpuSeconds": [...], "version": …}; a first, untimed batch warms up.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

folder, file, texts_file, threads, rounds, out = sys.argv[1:]
texts = json.loads(Path(texts_file).read_text())
options = ort.SessionOptions()
options.intra_op_num_threads = int(threads)
options.log_severity_level = 3
session = ort.InferenceSession(str(Path(folder) / file), options, providers=["CPUExecutionProvider"])
inputs = {each.name for each in session.get_inputs()}
tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
tokenizer.enable_truncation(json.loads((Path(folder) / "sentence_bert_config.json").read_text())["max_seq_length"])
tokenizer.enable_padding(pad_id=tokenizer.padding["pad_id"], pad_token=tokenizer.padding["pad_token"])


def embed(batch: list[str]) -> np.ndarray:
    encodings = tokenizer.encode_batch(batch)
    ids = np.array([e.ids for e in encodings], dtype=np.int64)
    mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
    feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    (hidden,) = session.run(["last_hidden_state"], {k: v for k, v in feeds.items() if k in inputs})
    mean = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


embed(texts[:32])
order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
seconds, cpu = [], []
for _ in range(int(rounds)):
    start, used = time.perf_counter(), time.process_time()
    rows: list[np.ndarray | None] = [None] * len(texts)
    for at in range(0, len(order), 32):
        batch = order[at : at + 32]
        for i, vector in zip(batch, embed([texts[i] for i in batch]), strict=True):
            rows[i] = vector
    seconds.append(time.perf_counter() - start)
    cpu.append(time.process_time() - used)
np.save(out, np.array(rows, dtype=np.float32))
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "version": ort.__version__}))

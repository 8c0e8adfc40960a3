"""Vectors of texts by sentence-transformers on PyTorch, f32 on the CPU, with the weights of an ONNX file.

    python sentence.py MODEL_FOLDER ONNX_FILE TEXTS.json THREADS ROUNDS OUT.npy

Prints what encode.py prints. The model folder needs no weights of PyTorch's: those of the ONNX file are unpacked to f32, so that both
peers and ours run the same numbers.
"""
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import sentence_transformers
import torch

sys.path.append(str(Path(__file__).resolve().parents[1]))
from stored_transformer import stored_transformer

folder, file, texts_file, threads, rounds, out = sys.argv[1:]
texts = json.loads(Path(texts_file).read_text())
torch.set_num_threads(int(threads))

with tempfile.TemporaryDirectory() as work:
    stored_transformer(folder, file, work)
    encoder = sentence_transformers.SentenceTransformer(work, device="cpu")

encoder.encode(texts[:32], batch_size=32)
seconds, cpu = [], []
for _ in range(int(rounds)):
    start, used = time.perf_counter(), time.process_time()
    rows = encoder.encode(texts, batch_size=32, normalize_embeddings=True)
    seconds.append(time.perf_counter() - start)
    cpu.append(time.process_time() - used)
np.save(out, np.asarray(rows, dtype=np.float32))
version = f"{sentence_transformers.__version__}, PyTorch {torch.__version__.split('+')[0]}"
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "version": version}))

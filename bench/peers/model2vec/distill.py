"""model2vec's distillation of a transformer, with the weights of its ONNX file, and vectors of texts by what it gives.

    python distill.py MODEL_FOLDER ONNX_FILE THREADS FOLDER     FOLDER: texts.json {NAME: [text, …]}

Writes FOLDER/NAME.npy and FOLDER/model; prints {"seconds", "bytes" (of the table), "version"}. Opening the transformer is not counted.
"""
import json
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from model2vec.distill import distill_from_model
from transformers import AutoTokenizer

sys.path.append(str(Path(__file__).resolve().parents[1]))
from stored_transformer import stored_transformer

model_folder, file, threads, folder = sys.argv[1:]
torch.set_num_threads(int(threads))
out = Path(folder)
texts = json.loads((out / "texts.json").read_text())

with tempfile.TemporaryDirectory() as work:
    transformer = stored_transformer(model_folder, file, work)
    tokenizer = AutoTokenizer.from_pretrained(work)
    start = time.perf_counter()
    student = distill_from_model(transformer, tokenizer, device="cpu")
    seconds = time.perf_counter() - start

student.save_pretrained(str(out / "model"))
for name, each in texts.items():
    np.save(out / f"{name}.npy", student.encode(each).astype(np.float32))
size = (out / "model" / "model.safetensors").stat().st_size
print(json.dumps({"seconds": seconds, "bytes": size, "version": version("model2vec")}))

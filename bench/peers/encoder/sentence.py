"""Vectors of texts by sentence-transformers on PyTorch, f32 on the CPU, with the weights of an ONNX file.

    python sentence.py MODEL_FOLDER ONNX_FILE TEXTS.json THREADS ROUNDS OUT.npy

Prints what encode.py prints. The model folder needs no weights of PyTorch's: those of the ONNX file are unpacked to f32, so that both
peers and ours run the same numbers.
"""
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import sentence_transformers
import torch
from onnx import numpy_helper
from transformers import AutoConfig, AutoModel

folder, file, texts_file, threads, rounds, out = sys.argv[1:]
texts = json.loads(Path(texts_file).read_text())
torch.set_num_threads(int(threads))


def weights(path: Path) -> dict[str, torch.Tensor]:
    """Weights by PyTorch's names: an exporter drops those of a product's matrix, so its bias tells which one it is."""
    graph = onnx.load(path).graph
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    products = {}
    for node in graph.node:
        if node.op_type in ("Cast", "Mul", "DequantizeLinear") and all(name in values for name in node.input):
            first, *others = (values[name].astype(np.float32) for name in node.input[:2])
            values[node.output[0]] = first * others[0] if others else first
        elif node.op_type == "MatMul" and node.input[1] in values:
            products[node.output[0]] = values[node.input[1]]
        elif node.op_type == "Add":
            for product, bias in (node.input, node.input[::-1]):
                if product in products and bias.endswith(".bias"):
                    values[bias.removesuffix("bias") + "weight"] = products[product].T
    return {name: torch.from_numpy(np.array(value)) for name, value in values.items() if value.dtype == np.float32}


with tempfile.TemporaryDirectory() as work:
    shutil.copytree(folder, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("onnx"))
    model = AutoModel.from_config(AutoConfig.from_pretrained(work), add_pooling_layer=False)
    found = weights(Path(folder) / file)
    state = {name: found[next(each for each in found if each.split(".", 1)[-1] == name)] for name in model.state_dict()}
    model.load_state_dict(state)
    model.save_pretrained(work)
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

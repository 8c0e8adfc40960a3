"""The same models and inputs in onnxruntime's native build, and the same shapes in PyTorch, one thread each.

    python bench/peers/device/run.py FOLDER ROUNDS MODEL

FOLDER is what bench/webgpu.bench.ts writes, MODEL the folder whose config.json says the encoder's shape; medians in milliseconds go to stdout as one line of JSON.
"""

import json
import pathlib
import sys
import time

import numpy as np
import onnxruntime
import torch
from transformers import AutoConfig, AutoModel

folder, rounds, model = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
torch.set_num_threads(1)
types = {"f32": np.float32, "int64": np.int64}


def median(call):
    times = []
    for turn in range(-2, rounds):
        started = time.perf_counter()
        call()
        if turn >= 0:
            times.append((time.perf_counter() - started) * 1000)
    return sorted(times)[rounds // 2]


def adapter(feeds):
    x = torch.from_numpy(feeds["vector"])
    weight = torch.randn(x.shape[1], x.shape[1])
    with torch.no_grad():
        return median(lambda: torch.nn.functional.normalize(x @ weight, dim=1))


def encoder(feeds):
    # Its weights are random: the time does not depend on them.
    transformer = AutoModel.from_config(AutoConfig.from_pretrained(model), add_pooling_layer=False).eval()
    inputs = {name: torch.from_numpy(feeds[name]) for name in ("input_ids", "attention_mask", "token_type_ids")}
    pooling = torch.from_numpy(feeds["chelated_pooling_mean"])
    with torch.no_grad():
        return median(lambda: torch.nn.functional.normalize(pooling @ transformer(**inputs).last_hidden_state, dim=2))


def training_step(feeds):
    x, base, target = (torch.from_numpy(feeds[name]) for name in ("x", "base", "target"))
    mlp = torch.nn.Sequential(torch.nn.Linear(x.shape[1], x.shape[1] // 2), torch.nn.ReLU(), torch.nn.Linear(x.shape[1] // 2, base.shape[1]))
    optimizer = torch.optim.AdamW(mlp.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        y = torch.nn.functional.normalize(base + mlp(x), dim=1)
        loss = (1 - (y * target).sum(1)).mean() + 10 * ((y @ y.T - target @ target.T) ** 2).mean()
        loss.backward()
        optimizer.step()

    return median(step)


native, pytorch = {}, {}
settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads = 1
for c, case in enumerate(json.loads((folder / "cases.json").read_text())):
    feeds = {
        name: np.fromfile(folder / str(c) / f"{name}.bin", dtype=types[shape["dtype"]]).reshape(shape["dims"])
        for name, shape in case["feeds"].items()
    }
    session = onnxruntime.InferenceSession(folder / str(c) / "model.onnx", settings, providers=["CPUExecutionProvider"])
    given = {node.name: feeds[node.name] for node in session.get_inputs()}
    native[case["name"]] = median(lambda: session.run(None, given))
    run = {"adapter": adapter, "encoder": encoder, "training": training_step}[case["name"].split()[0]]
    pytorch[case["name"]] = run(feeds)
print(json.dumps({"native": native, "PyTorch": pytorch}))

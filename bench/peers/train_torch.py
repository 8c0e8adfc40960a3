"""The training loop of the source's offline mode in PyTorch, and the one that chelated runs; timed without loading.

    python bench/peers/train_torch.py FOLDER source|same THREADS

FOLDER has x.f32, queries.f32, teacher.f32, base.f32, base_queries.f32, target.f32 (raw rows) and shapes.json; what was
corrected goes to documents.f32 and corrected_queries.f32, one line of JSON to stdout.

source: y = x + MLP(x), hidden d/2, mean squared error to the teacher's vector. A teacher of another width goes through a
        linear layer that is drawn at random and is in no optimizer, as the source has it.
same:   y = base + MLP(x), cosine and similarity-preserving loss, AdamW with warm-up and cosine schedule.
"""

import json
import math
import pathlib
import sys
import time

import numpy as np
import torch

folder, variant, threads = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)
settings = json.loads((folder / "shapes.json").read_text())
EPOCHS, BATCH, LEARNING_RATE = settings["epochs"], settings["batch"], settings["learningRate"]


def read(name):
    width = settings["widths"][name]
    return torch.from_numpy(np.fromfile(folder / f"{name}.f32", dtype=np.float32).reshape(-1, width))


x, queries, teacher = read("x"), read("queries"), read("teacher")
d = x.shape[1]
base, base_queries, target = (
    (read("base"), read("base_queries"), read("target")) if variant == "same" else (x, queries, teacher)
)
width = base.shape[1]
mlp = torch.nn.Sequential(torch.nn.Linear(d, d // 2), torch.nn.ReLU(), torch.nn.Linear(d // 2, width))
torch.nn.init.normal_(mlp[2].weight, std=1e-3)
torch.nn.init.zeros_(mlp[2].bias)
unit = torch.nn.functional.normalize

started = time.perf_counter()
if target.shape[1] != width:
    with torch.no_grad():
        target = torch.nn.Linear(target.shape[1], width)(target)
target = unit(target, dim=1)
steps = EPOCHS * math.ceil(len(x) / BATCH)
warmup = round(steps * settings["warmup"])
if variant == "same":
    optimizer = torch.optim.AdamW(mlp.parameters(), lr=LEARNING_RATE, weight_decay=settings["weightDecay"])
    rate = lambda t: (t + 1) / warmup if t < warmup else (1 + math.cos(math.pi * (t + 1 - warmup) / (steps - warmup + 1))) / 2
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
else:
    optimizer = torch.optim.Adam(mlp.parameters(), lr=1e-3)
    schedule = None
for _ in range(EPOCHS):
    order = torch.randperm(len(x))
    for at in range(0, len(x), BATCH):
        rows = order[at : at + BATCH]
        y, t = base[rows] + mlp(x[rows]), target[rows]
        if variant == "same":
            u = unit(y, dim=1)
            loss = (1 - (u * t).sum(1)).mean() + settings["similarity"] * ((u @ u.T - t @ t.T) ** 2).mean()
        else:
            loss = torch.nn.functional.mse_loss(y, t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule:
            schedule.step()
seconds = time.perf_counter() - started
with torch.no_grad():
    unit(base + mlp(x), dim=1).numpy().tofile(folder / "documents.f32")
    unit(base_queries + mlp(queries), dim=1).numpy().tofile(folder / "corrected_queries.f32")
print(json.dumps({"seconds": seconds, "steps": steps, "width": width, "loss": loss.item(), "torch": torch.__version__}))

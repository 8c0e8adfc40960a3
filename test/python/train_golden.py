"""Golden values of the training step, from PyTorch in f64: loss, gradients and the parameters after 50 steps of AdamW.

    python test/python/train_golden.py            writes test/distil/train/golden.json
    python test/python/train_golden.py --check    makes them again and compares

Needs torch (see train_requirements.txt). Inputs are f32 numbers, so that both sides start from the same.
"""

import json
import pathlib
import sys

import torch

PATH = pathlib.Path(__file__).parent.parent / "distil/train/golden.json"
D_IN, HIDDEN, D_OUT, D_TEACHER, BATCH, STEPS = 6, 4, 5, 7, 9, 50
LEARNING_RATE, WEIGHT_DECAY = 1e-2, 0.1

CASES = [
    dict(kind=kind, loss=loss, similarity=similarity, projection=False, alpha=1.0, projectionSimilarity=0.0)
    for kind in ("mlp", "lowrank")
    for loss in ("cosine", "mse")
    for similarity in (0.0, 2.0)
] + [
    dict(kind="mlp", loss="cosine", similarity=0.5, projection=True, alpha=1.0, projectionSimilarity=1.0),
    dict(kind="mlp", loss="mse", similarity=0.0, projection=True, alpha=0.7, projectionSimilarity=2.0),
    dict(kind="lowrank", loss="cosine", similarity=1.0, projection=True, alpha=0.4, projectionSimilarity=1.0),
]


def draw(generator, *shape, scale=1.0):
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) * scale).float().double()


def unit(x):
    return torch.nn.functional.normalize(x, dim=1, eps=0)


def forward(case, p, b):
    hidden = b["x"] @ p["into"]
    if case["kind"] == "mlp":
        hidden = torch.relu(hidden + p["intoBias"])
    y = b["base"] + hidden @ p["out"]
    if case["kind"] == "mlp":
        y = y + p["outBias"]
    target = alike = b.get("target")
    extra = 0.0
    n = y.shape[0]
    if case["projection"]:
        alike = b["teacher"]
        projected = unit(alike @ p["projection"])
        target = projected
        if case["alpha"] < 1:
            target = unit((1 - case["alpha"]) * b["pushed"] + case["alpha"] * projected)
        extra = case["projectionSimilarity"] * ((projected @ projected.T - alike @ alike.T) ** 2).mean()
    if case["loss"] == "cosine":
        loss = (1 - torch.nn.functional.cosine_similarity(y, target, dim=1, eps=0)).mean()
    else:
        loss = torch.nn.functional.mse_loss(y, target)
    u = unit(y)
    return loss + case["similarity"] * ((u @ u.T - alike @ alike.T) ** 2).sum() / n**2 + extra


def make(index, case):
    g = torch.Generator().manual_seed(index)
    p = {"into": draw(g, D_IN, HIDDEN, scale=0.6), "out": draw(g, HIDDEN, D_OUT, scale=0.3)}
    if case["kind"] == "mlp":
        p["intoBias"], p["outBias"] = draw(g, 1, HIDDEN, scale=0.1), draw(g, 1, D_OUT, scale=0.1)
    b = {"x": unit(draw(g, BATCH, D_IN)).float().double(), "base": draw(g, BATCH, D_OUT, scale=0.5)}
    if case["projection"]:
        p["projection"] = draw(g, D_TEACHER, D_OUT, scale=0.4)
        b["teacher"] = unit(draw(g, BATCH, D_TEACHER)).float().double()
        if case["alpha"] < 1:
            b["pushed"] = unit(draw(g, BATCH, D_OUT)).float().double()
    else:
        b["target"] = unit(draw(g, BATCH, D_OUT)).float().double()
    start = {name: value.tolist() for name, value in p.items()}
    p = {name: value.requires_grad_() for name, value in p.items()}
    loss = forward(case, p, b)
    gradients = torch.autograd.grad(loss, list(p.values()))
    decayed = [value for name, value in p.items() if name != "projection"]
    groups = [dict(params=decayed, weight_decay=WEIGHT_DECAY)]
    if case["projection"]:
        groups.append(dict(params=[p["projection"]], weight_decay=0.0))
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8)
    for _ in range(STEPS):
        optimizer.zero_grad()
        forward(case, p, b).backward()
        optimizer.step()
    return {
        **case,
        "batch": {name: value.tolist() for name, value in b.items()},
        "parameters": start,
        "lossBefore": loss.item(),
        "gradients": {name: value.tolist() for name, value in zip(p, gradients)},
        "after": {name: value.tolist() for name, value in p.items()},
    }


def close(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(close(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))
    return a == b or (isinstance(a, float) and abs(a - b) < 1e-9)


golden = {
    "magic": "chelated training golden",
    "version": 1,
    "steps": STEPS,
    "learningRate": LEARNING_RATE,
    "weightDecay": WEIGHT_DECAY,
    "cases": [make(i, case) for i, case in enumerate(CASES)],
}
if "--check" in sys.argv:
    if not close(golden, json.loads(PATH.read_text())):
        sys.exit(f"{PATH} is not what torch {torch.__version__} gives")
    print(f"{len(CASES)} golden cases hold with torch {torch.__version__}")
else:
    PATH.write_text(json.dumps(golden) + "\n")
    print(f"wrote {PATH}")

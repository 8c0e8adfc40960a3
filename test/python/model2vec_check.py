"""Python's model2vec loads what `chelated export --format model2vec` and `chelated student --model2vec` write, and gives our vectors."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from model2vec import StaticModel

LEAST = 0.9999

with tempfile.TemporaryDirectory() as name:
    subprocess.run(["node", "scripts/bun.mjs", "test/python/write-model2vec.ts", name], check=True)
    folders = sorted(Path(name).iterdir())
    least = {}
    for folder in folders:
        texts = json.loads((folder / "texts.json").read_text())
        ours = np.fromfile(folder / "vectors.f32", "<f4").reshape(len(texts), -1)
        theirs = StaticModel.from_pretrained(folder / "model").encode(texts)
        cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
        least[folder.name] = cosines.min()
        print(f"model2vec, {folder.name}: {len(texts)} texts, cosine to ours at least {cosines.min():.7f}")

sys.exit(0 if len(least) == 3 and min(least.values()) >= LEAST else 1)

"""Python's model2vec loads what `chelated export --format model2vec` wrote, and gives our corrected vectors."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from model2vec import StaticModel

LEAST = 0.9999

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    subprocess.run(["node", "scripts/bun.mjs", "test/python/write-model2vec.ts", name], check=True)
    texts = json.loads((folder / "texts.json").read_text())
    ours = np.fromfile(folder / "vectors.f32", "<f4").reshape(len(texts), -1)
    theirs = StaticModel.from_pretrained(folder / "model").encode(texts)

cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
print(f"model2vec: {len(texts)} texts, cosine to ours at least {cosines.min():.7f}")
sys.exit(0 if len(texts) == 1000 and cosines.min() >= LEAST else 1)

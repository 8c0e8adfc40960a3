"""Times model2vec on one thread, in the way of bench/encode.bench.ts, which calls this with a folder that it made.

    python encode.py FOLDER     FOLDER: model.safetensors, tokenizer.json, config.json, texts.json {"documents", "queries"}

Prints one JSON document, and writes the vectors of the documents to FOLDER/model2vec.npy.
"""

import os

# Before numpy and tokenizers are loaded: they read these once.
for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import json
import sys
import time
from importlib.metadata import version

import numpy as np
from model2vec import StaticModel

folder = sys.argv[1]
with open(os.path.join(folder, "texts.json"), encoding="utf-8") as file:
    texts = json.load(file)
model = StaticModel.from_pretrained(folder)

rounds = []
for _ in range(4):
    start = time.perf_counter()
    vectors = model.encode(texts["documents"], use_multiprocessing=False)
    rounds.append(time.perf_counter() - start)
np.save(os.path.join(folder, "model2vec.npy"), vectors.astype(np.float32))

times = []
for i in range(2000 + 300):
    query = texts["queries"][i % len(texts["queries"])]
    start = time.perf_counter()
    model.encode([query])
    if i >= 300:
        times.append(time.perf_counter() - start)

print(
    json.dumps(
        {
            "version": version("model2vec"),
            "first": len(texts["documents"]) / rounds[0],
            "documents": len(texts["documents"]) / float(np.median(rounds[1:])),
            "p50": 1e6 * float(np.percentile(times, 50)),
            "p99": 1e6 * float(np.percentile(times, 99)),
        }
    )
)

"""Exact inner-product search by faiss' IndexFlatIP.

    python search.py INDEX.npy QUERIES.npy K THREADS BATCH ROUNDS OUT.npy

Prints {"seconds": [one a round, for BATCH queries], "version": …} and writes the ids found for all queries; a first, untimed
search warms up.
"""
import json
import sys
import time

import faiss
import numpy as np

index_file, queries_file, k, threads, batch, rounds, out = sys.argv[1:]
faiss.omp_set_num_threads(int(threads))
X, Q = np.load(index_file), np.load(queries_file)
index = faiss.IndexFlatIP(X.shape[1])
index.add(X)
np.save(out, index.search(Q, int(k))[1].astype(np.float32))
seconds = []
for i in range(int(rounds)):
    at = (i * int(batch)) % (len(Q) - int(batch) + 1)
    start = time.perf_counter()
    index.search(Q[at : at + int(batch)], int(k))
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds, "version": faiss.__version__}))

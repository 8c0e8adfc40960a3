from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .arrays import BLOCK_ROWS, as_rows
from .errors import ChelatedError
from .sparse import place

if TYPE_CHECKING:
    from .host import Host


class Index:
    """A matrix that stays in the memory of its host for as long as that lives."""

    def __init__(self, host: Host, rows: np.ndarray) -> None:
        self._host = host
        self.rows, self.dims = rows.shape
        self._at = host.kernels.keep(rows)

    def top_k(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Row numbers (q, k) and scores (q, k), best first; ties by the lower row. Fewer than k rows: k is the row count."""
        queries = as_rows(queries, "queries")
        if queries.shape[1] != self.dims:
            message = f"the index has d={self.dims}, got queries with d={queries.shape[1]}"
            raise ChelatedError("shape_mismatch", message)
        if k < 0:
            raise ChelatedError("invalid_input", f"k must be 0 or more, got {k}")
        k = min(k, self.rows)
        best = np.empty((len(queries), k), np.uint32)
        scores = np.empty((len(queries), k), np.float32)
        with self._host.lock:
            for start in range(0, len(queries) if k > 0 else 0, BLOCK_ROWS):
                block = slice(start, start + BLOCK_ROWS)
                best[block], scores[block] = self._search(queries[block], k)
        return best, scores

    def _search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        kernels, n = self._host.kernels, len(queries)
        q, keys, sizes, aside, best, scores = kernels.scratch(
            [queries.nbytes, 8 * n * k, 4 * n, 32, 4 * n * k, 4 * n * k]
        )
        kernels.write(q, queries)
        kernels.write(sizes, np.zeros(n, np.uint32))
        kernels.call("top_k_f32", self._at, self.rows, self.dims, 0, q, n, k, keys, sizes, aside)
        kernels.call("top_k_finish", keys, sizes, n, k, best, scores)
        return kernels.read(best, (n, k), np.uint32), kernels.read(scores, (n, k), np.float32)

    def centroid(self, sets: Sequence[Sequence[int]]) -> np.ndarray:
        """The mean of the rows that each set names; an empty set gives a zero row."""
        kernels, n = self._host.kernels, len(sets)
        offsets = np.cumsum([0, *map(len, sets)], dtype=np.uint32)
        ids = np.array([i for one in sets for i in one], np.int64)
        if ((ids < 0) | (ids >= self.rows)).any():
            raise ChelatedError("shape_mismatch", f"a set names a row outside of an index of {self.rows}")
        with self._host.lock:
            at, starts, y = place(kernels, [ids.astype(np.uint32), offsets], 4 * n * self.dims)
            kernels.call("centroid_f32", self._at, self.rows, at, starts, len(ids), y, n, self.dims)
            return kernels.read(y, (n, self.dims), np.float32)

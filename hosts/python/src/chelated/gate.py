from __future__ import annotations

import numpy as np

from .arrays import BLOCK_ROWS
from .host_file import HostFile
from .instance import Instance
from .sparse import Sparse, Table, place
from .tokens import Tokens

_LEAST = 2.0**-20
"""Far below what a trained gate gives: a token that is there never vanishes."""


class Gate:
    """How much a token counts by the text that it stands in: two tables, each a few numbers for every token that has a row."""

    def __init__(self, kernels: Instance, file: HostFile, table: Table, weights: np.ndarray) -> None:
        context = file.demand("gate_context", np.float32, None, table.dims)
        tokens = file.demand("gate_tokens", np.float32, len(context), table.dims)
        self._kernels, self._weights = kernels, weights
        self._dims = len(context)
        self._context, self._tokens = (kernels.keep(_through(kernels, table, each)) for each in (context, tokens))

    def weigh(self, tokens: Tokens) -> Tokens:
        """The same tokens, each counted as often as the gate lets it; docs/abi.md has the formula."""
        known = tokens.ids < len(self._weights)
        z = self._dots(self._context_features(tokens, known)).astype(np.float64)
        openness = np.maximum(_LEAST, 1 + z / np.sqrt(1 + z * z))
        counts = tokens.counts.copy()
        counts[known] = (counts[known].astype(np.float64) * openness).astype(np.float32)
        return Tokens(tokens.offsets, tokens.ids, counts)

    def _context_features(self, tokens: Tokens, known: np.ndarray) -> Sparse:
        """Weights × counts to unit length, of the tokens that have a row."""
        counts = Sparse(tokens.offsets, tokens.ids, tokens.counts).only(known, tokens.ids)
        values = (counts.values * self._weights[counts.ids]).astype(np.float64)
        text = counts.row_of_entries()
        squares = np.bincount(text, values * values, len(tokens))
        scale = 1 / np.sqrt(np.where(squares > 0, squares, 1))
        return Sparse(counts.offsets, counts.ids, (values * scale[text]).astype(np.float32))

    def _dots(self, s: Sparse) -> np.ndarray:
        """For each entry the product of its token's row and the context of its text."""
        n, entries = len(s.offsets) - 1, len(s.ids)
        ids, values, offsets, out = place(self._kernels, [s.ids, s.values, s.offsets], 4 * (self._dims + entries))
        z = out + 4 * self._dims
        self._kernels.call(
            *("context_dots_f32", self._context, self._tokens, len(self._weights), ids, values, offsets, entries),
            *(z, n, self._dims, out),
        )
        return self._kernels.read(z, (entries,), np.float32)


def _through(kernels: Instance, table: Table, through: np.ndarray) -> np.ndarray:
    """The rows of a table times a map, stored transposed: (rows, r)."""
    r, d = through.shape
    most = min(table.rows, BLOCK_ROWS)
    packing = kernels.call("gemm_scratch_bytes")
    b, x, y, scratch = kernels.scratch([through.nbytes, 4 * most * d, 4 * most * r, packing])
    kernels.write(b, through)
    mapped = np.empty((table.rows, r), np.float32)
    for start in range(0, table.rows, BLOCK_ROWS):
        n = min(table.rows - start, BLOCK_ROWS)
        a = table.f32_rows(kernels, start, n, x)
        kernels.call("gemm_f32", a, d, 1, b, 1, d, y, n, r, d, 0, scratch)
        mapped[start : start + n] = kernels.read(y, (n, r), np.float32)
    return mapped

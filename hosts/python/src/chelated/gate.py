from __future__ import annotations

import numpy as np

from .host_file import HostFile
from .instance import Instance
from .sparse import Sparse, Table, place
from .tokens import Tokens

_LEAST = 2.0**-20
"""Far below what a trained gate gives: a token that is there never vanishes."""


class Gate:
    """How much a token counts by the text that it stands in: two tables, each a few numbers for every token that has a row."""

    def __init__(self, kernels: Instance, file: HostFile, table: Table, weights: np.ndarray) -> None:
        """Takes every row of the student's table through both maps, once."""
        context = file.demand("gate_context", np.float32, None, table.dims)
        tokens = file.demand("gate_tokens", np.float32, len(context), table.dims)
        self._kernels, self._weights = kernels, weights
        self._dims = len(context)
        self._context, self._tokens = (table.keep_through(kernels, each) for each in (context, tokens))

    def weigh(self, tokens: Tokens) -> Tokens:
        """The same tokens, each counted as often as the gate lets it; docs/abi.md has the formula."""
        known = tokens.ids < len(self._weights)
        z = self._dots(self._context_features(tokens, known)).astype(np.float64)
        counts = tokens.counts.astype(np.float32)
        counts[known] *= _openness(z)  # in f64, then rounded
        return Tokens(tokens.offsets, tokens.ids, counts)

    def _context_features(self, tokens: Tokens, known: np.ndarray) -> Sparse:
        """Weights × counts to unit length, of the tokens that have a row."""
        counts = Sparse(tokens.offsets, tokens.ids, tokens.counts).only(known, tokens.ids)
        values = counts.values * self._weights[counts.ids]
        return counts.at_unit_length(values.astype(np.float64))

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


def _openness(z: np.ndarray) -> np.ndarray:
    """From 0 to 2, and 1 at 0."""
    return np.maximum(_LEAST, 1 + z / np.sqrt(1 + z * z))

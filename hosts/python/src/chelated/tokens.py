from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import ChelatedError


@dataclass(frozen=True)
class Tokens:
    """Of each text its distinct token ids, ascending, and how often each occurs."""

    offsets: np.ndarray  # (n + 1) u32: text i has the entries offsets[i] … offsets[i + 1]
    ids: np.ndarray  # u32
    counts: np.ndarray  # f32

    @staticmethod
    def count(lists: Sequence[np.ndarray | Sequence[int]]) -> Tokens:
        """From lists of token ids, one a text.

        >>> Tokens.count([[5, 2, 5]]).counts.tolist()
        [1.0, 2.0]
        """
        lengths = np.array([len(one) for one in lists], np.int64)
        text = np.repeat(np.arange(len(lists), dtype=np.int64), lengths)
        ids = np.concatenate([np.asarray(one, np.int64) for one in lists]) if len(lists) else text
        keys, counts = np.unique(text << 32 | ids, return_counts=True)
        offsets = np.searchsorted(keys, np.arange(len(lists) + 1, dtype=np.int64) << 32)
        return Tokens(
            offsets.astype(np.uint32), (keys & 0xFFFFFFFF).astype(np.uint32), counts.astype(np.float32)
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def check(self, vocabulary: int) -> None:
        fits = len(self.offsets) > 0 and self.offsets[0] == 0 and self.offsets[-1] == len(self.ids) == len(self.counts)
        if not fits or (np.diff(self.offsets.astype(np.int64)) < 0).any():
            message = f"{len(self.offsets)} offsets, {len(self.ids)} ids and {len(self.counts)} counts do not fit together"
            raise ChelatedError("shape_mismatch", message)
        if len(self.ids) > 0 and self.ids.max() >= vocabulary:
            message = f"token id {self.ids.max()} is outside the vocabulary of {vocabulary}; use the student's tokenizer"
            raise ChelatedError("shape_mismatch", message)
        if not ((self.counts > 0) & np.isfinite(self.counts)).all():
            raise ChelatedError("not_finite", "every token count must be positive and finite")

    def cut(self, start: int, stop: int) -> Tokens:
        first, last = self.offsets[start], self.offsets[stop]
        return Tokens(self.offsets[start : stop + 1] - first, self.ids[first:last], self.counts[first:last])

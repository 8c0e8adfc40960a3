from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .arrays import BLOCK_ROWS
from .gate import Gate
from .host_file import read_host_file
from .sparse import Sparse, Table
from .tokenizer import Tokenizer
from .tokens import Tokens

if TYPE_CHECKING:
    from .host import Host


class Student:
    """A static student: a token table and a tokenizer, in the memory of its host."""

    def __init__(self, host: Host, file: bytes) -> None:
        read = read_host_file(file, "student", "gated student")
        self.host = host
        self.fingerprint = read.fingerprint
        """Marks the vectors that come out."""
        self.dims = read.d_out
        self.weights = read.demand_list("weights", np.float32)
        vocabulary = len(self.weights)
        scales = read.take_list("scales", np.float32, vocabulary)
        rows = read.demand("rows", np.float32 if scales is None else np.int8, vocabulary, self.dims)
        self.table = Table.keep(host.kernels, rows, scales)
        gated = read.content == "gated student"
        self._gate = Gate(host.kernels, read, self.table, self.weights) if gated else None
        self._tokenizer = Tokenizer(host.word_piece, read, vocabulary)
        self.vocabulary = vocabulary + self._tokenizer.buckets
        """How many tokens there are, those of words and pairs of words, which have no row in the table, included."""

    def token_ids(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Token ids of each text in reading order. Lone surrogates count as U+FFFD."""
        with self.host.lock:
            return self._tokenizer.token_ids(texts)

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        """The tokens of the texts, as adapters take them."""
        return Tokens.count(self.token_ids(texts))

    def encode(self, texts: Sequence[str] | Tokens) -> np.ndarray:
        """Base vectors (n, d): unit rows, zero for a text without any token."""
        tokens = texts if isinstance(texts, Tokens) else self.tokenize(texts)
        tokens.check(self.vocabulary)
        out = np.empty((len(tokens), self.dims), np.float32)
        with self.host.lock:
            for start in range(0, len(tokens), BLOCK_ROWS):
                cut = self.weigh(tokens.cut(start, min(start + BLOCK_ROWS, len(tokens))))
                counts = self.in_table(Sparse(cut.offsets, cut.ids, cut.counts))
                weighted = Sparse(counts.offsets, counts.ids, counts.values * self.weights[counts.ids])
                out[start : start + BLOCK_ROWS] = self.host.normalize(self.table.bag(self.host.kernels, weighted))
        return out

    def weigh(self, tokens: Tokens) -> Tokens:
        """Each token counted as often as the gate lets it, where there is one. Under the lock of the host."""
        return tokens if self._gate is None else self._gate.weigh(tokens)

    def in_table(self, tokens: Sparse) -> Sparse:
        """The tokens that have a row in the table."""
        return tokens.only(tokens.ids < self.table.rows, tokens.ids)

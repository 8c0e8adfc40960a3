from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .arrays import BLOCK_ROWS, as_rows, check_finite
from .errors import ChelatedError, corrupt
from .host_file import HostFile, read_host_file
from .linear import Linear
from .token_part import TokenPart
from .tokens import Tokens

if TYPE_CHECKING:
    from .host import Host
    from .student import Student


class Adapter:
    """A learned map in the memory of its host: corrected vector = normalise(A(input))."""

    def __init__(self, host: Host, file: bytes, student: Student | None) -> None:
        read = read_host_file(file, "adapter", "gated adapter")
        self.kind = read.kind
        self.output_space = read.output_space
        self.base_fingerprint = read.base_fingerprint
        self.fingerprint = read.fingerprint
        """Marks the vectors that come out."""
        self.d_in, self.d_out = read.d_in, read.d_out
        self._host = host
        self._student = student
        if student and (student.fingerprint != self.base_fingerprint or student.host is not host):
            message = (
                f"the adapter was fitted for student {self.base_fingerprint[:12]}…, this one is "
                f"{student.fingerprint[:12]}…; use that student, opened by the same host"
            )
            raise ChelatedError("adapter_wrong_model", message)
        if read.content == "gated adapter" and self._needs_tokens and student is None:
            message = (
                f"the student {self.base_fingerprint[:12]}… of the {self.kind} adapter weighs tokens by their text; "
                "open it with that student"
            )
            raise ChelatedError("adapter_wrong_model", message)
        self._read_maps(read)
        self._tokens = TokenPart(host.kernels, read) if self._needs_tokens else None
        self._check_table()

    def _read_maps(self, read: HostFile) -> None:
        kernels = self._host.kernels
        self._linear = Linear.take(kernels, read, "map", self.d_out, self.d_in)
        if self._linear is None and self.d_in != self.d_out:
            raise corrupt(f"without a map, {self.d_in} numbers in cannot be {self.d_out} out")
        self._bias = read.take_list("bias", np.float32, self.d_out)
        self._into = self._out = self._into_bias = None
        if self.kind in ("lowrank", "mlp"):
            self._into = Linear.demand(kernels, read, "into", None, self.d_in)
            self._into_bias = read.take_list("into_bias", np.float32, self._into.d_out)
            self._out = Linear.demand(kernels, read, "out", self.d_out, self._into.d_out)

    def _check_table(self) -> None:
        if self.kind != "lexical":
            return
        wanted = (len(self._tokens.row_of), self.d_in)
        if self._student is None or (self._student.vocabulary, self._student.dims) != wanted:
            message = f"the lexical adapter falls back on a student's token table of {wanted}; open it with that student"
            raise ChelatedError("adapter_wrong_model", message)

    @property
    def _needs_tokens(self) -> bool:
        return self.kind in ("lexical", "residual")

    @property
    def _needs_vectors(self) -> bool:
        return self.kind != "lexical"

    def correct_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Tokenizes, encodes and corrects: (n, d_out), unit rows."""
        if self._student is None:
            message = "the adapter was opened without a student; give vectors or tokens to correct()"
            raise ChelatedError("invalid_input", message)
        tokens = self._student.tokenize(texts)
        return self.correct(self._student.encode(tokens) if self._needs_vectors else None, tokens)

    def correct(self, vectors: np.ndarray | None = None, tokens: Tokens | None = None) -> np.ndarray:
        """Unit rows (n, d_out), or exactly zero for a zero input. Give what the kind needs: base vectors, tokens or both.

        Tokens are counted as they occur: where the student has a context gate, the adapter has it weigh them.
        """
        x = self._check_vectors(vectors) if self._needs_vectors else None
        bags = self._check_tokens(tokens) if self._needs_tokens else None
        n = len(bags) if x is None else len(x)
        if x is not None and bags is not None and len(bags) != n:
            raise ChelatedError("shape_mismatch", f"{n} vectors and the tokens of {len(bags)} texts; give the same texts")
        out = np.empty((n, self.d_out), np.float32)
        with self._host.lock:
            for start in range(0, n, BLOCK_ROWS):
                stop = min(start + BLOCK_ROWS, n)
                cut = None if bags is None else bags.cut(start, stop)
                out[start:stop] = self._step(None if x is None else x[start:stop], cut)
        check_finite(out, "corrected vectors")
        return out

    def _step(self, x: np.ndarray | None, tokens: Tokens | None) -> np.ndarray:
        """One block; the terms are added in the order of docs/abi.md."""
        kernels = self._host.kernels
        n = len(tokens) if x is None else len(x)
        if tokens is not None and self._student is not None:
            tokens = self._student.weigh(tokens)
        features = None if tokens is None else self._tokens.features(tokens)
        base = x
        if self.kind == "lexical":
            rest = self._student.in_table(self._tokens.without_row(features))
            base = self._student.table.bag(kernels, rest) if len(rest.ids) > 0 else None
        terms = []
        if base is not None:
            terms.append(self._linear.apply(kernels, base) if self._linear else base)
            if self._into:
                hidden = self._into.apply(kernels, base)
                if self._into_bias is not None:
                    hidden = np.maximum(hidden + self._into_bias, np.float32(0))
                terms.append(self._out.apply(kernels, hidden))
        if features is not None:
            known = self._tokens.with_row(features)
            if len(known.ids) > 0:
                terms.append(self._tokens.table.bag(kernels, known))
        y = terms[0] if terms else np.zeros((n, self.d_out), np.float32)
        for term in terms[1:]:
            y = y + term
        if self._bias is not None:
            y = y + self._bias
        unit = self._host.normalize(y)
        given = np.zeros(n, bool) if x is None else (x != 0).any(axis=1)
        if features is not None:
            given |= np.bincount(features.row_of_entries(), features.values != 0, n) > 0
        unit[~given] = 0
        return unit

    def _check_vectors(self, vectors: np.ndarray | None) -> np.ndarray:
        if vectors is None:
            message = f"the {self.kind} adapter needs base vectors, got none; encode the texts first"
            raise ChelatedError("invalid_input", message)
        x = as_rows(vectors, "vectors")
        if x.shape[1] != self.d_in:
            message = f"adapter expects d={self.d_in}, got vectors with d={x.shape[1]}; fit it again for this model"
            raise ChelatedError("shape_mismatch", message)
        check_finite(x, "vectors to correct")
        return x

    def _check_tokens(self, tokens: Tokens | None) -> Tokens:
        if tokens is None:
            message = f"the {self.kind} adapter needs the texts' tokens, got vectors alone; give the texts"
            raise ChelatedError("text_required", message)
        tokens.check(len(self._tokens.row_of))
        return tokens

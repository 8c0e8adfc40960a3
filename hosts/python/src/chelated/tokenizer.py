from collections.abc import Sequence

import numpy as np

from .arrays import BLOCK_ROWS
from .errors import ChelatedError, corrupt
from .host_file import HostFile
from .instance import Instance
from .sparse import place


class Tokenizer:
    """A vocabulary in the memory of a WordPiece instance."""

    def __init__(self, module: Instance, file: HostFile, vocabulary: int) -> None:
        self._module = module
        unknown, max_characters, flags, self._max_tokens, self._max_bytes = map(
            int, file.demand_list("rules", np.uint32, 5)
        )
        bits = flags >> 8
        self.buckets = 1 << bits if bits else 0
        """Tokens beyond the table, of words and pairs of words."""
        self._ids_per_token = 3 if bits else 1
        parts = [
            file.demand_list("texts", np.uint8),
            file.demand_list("offsets", np.uint32, vocabulary + 1),
            file.demand_list("kinds", np.uint8, vocabulary),
            file.demand_list("prefix", np.uint8),
        ]
        texts, offsets, kinds, prefix = map(module.keep, parts)
        size = module.call("wordpiece_bytes", kinds, vocabulary, max_characters)
        self._model = module.keep(np.zeros(size, np.uint8))
        opened = size != 0 and module.call(
            *("wordpiece_open", texts, len(parts[0]), offsets, kinds, vocabulary, prefix, len(parts[3])),
            *(unknown, max_characters, flags, self._model),
        )
        if opened != 1:
            raise corrupt(f"the vocabulary of {vocabulary} tokens is not WordPiece's")

    def token_ids(self, texts: Sequence[str]) -> list[np.ndarray]:
        # A lone surrogate becomes three bytes that are not UTF-8; it counts as one character, U+FFFD, like anywhere else.
        encoded = [_utf8(text) for text in texts]
        for i, text in enumerate(encoded):
            if len(text) > self._max_bytes:
                message = f"text {i} has {len(text)} bytes, at most {self._max_bytes} are read; split it"
                raise ChelatedError("too_large", message)
        return [
            ids
            for start in range(0, len(encoded), BLOCK_ROWS)
            for ids in self._block(encoded[start : start + BLOCK_ROWS])
        ]

    def _block(self, texts: list[bytes]) -> list[np.ndarray]:
        n = len(texts)
        joined = np.frombuffer(b"".join(texts), np.uint8)
        offsets = np.cumsum([0, *map(len, texts)], dtype=np.uint32)
        room = self._ids_per_token * min(n * self._max_tokens, len(joined))
        starts, text, out = place(self._module, [offsets, joined], offsets.nbytes + 4 * room)
        ids = out + offsets.nbytes
        found = self._module.call(
            *("wordpiece_encode", self._model, text, len(joined), starts, n, self._max_tokens, ids, room, out)
        )
        rows = self._module.read(out, (n + 1,), np.uint32)
        return np.split(self._module.read(ids, (found,), np.uint32), rows[1:-1])


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()

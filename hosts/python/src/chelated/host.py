from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock

import numpy as np

from .adapter import Adapter
from .arrays import BLOCK_ROWS, as_rows, same_shape
from .index import Index
from .instance import Instance
from .modules import Modules
from .student import Student


class Host:
    """One instance of each module, with memory of its own. Threads may share it; its calls run one at a time.

    >>> host = Host()
    >>> host.normalize(np.array([[3.0, 4.0]], np.float32)).round(2).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """

    def __init__(self, modules: Modules | None = None) -> None:
        modules = modules or Modules()
        self.lock = RLock()
        self.kernels = Instance("kernels", modules.engine, modules.kernels)
        self.word_piece = Instance("WordPiece", modules.engine, modules.word_piece)

    @property
    def memory_bytes(self) -> int:
        return self.kernels.memory_bytes + self.word_piece.memory_bytes

    def open_student(self, file: bytes) -> Student:
        """The student of a host file (``chelated export --out student.chelated``)."""
        with self._opening():
            return Student(self, file)

    def open_adapter(self, file: bytes, student: Student | None = None) -> Adapter:
        """The adapter of a host file.

        A lexical one needs its student, and a residual one whose student has a context gate; others, where they are
        given texts.
        """
        with self._opening():
            return Adapter(self, file, student)

    def hold(self, rows: np.ndarray) -> Index:
        """Copies rows (n, d) into the memory of the host, to be searched."""
        with self.lock:
            return Index(self, as_rows(rows, "index"))

    def normalize(self, x: np.ndarray) -> np.ndarray:
        """Rows (n, d) at unit length; a zero row stays zero."""
        return self._map([x], lambda at, n, d: self.kernels.call("normalize_f32", at[0], at[0], n, d))

    def push(self, x: np.ndarray, centres: np.ndarray, eta: float) -> np.ndarray:
        """normalise(x + η·(x − c)/‖x − c‖), one centre a row."""
        call = self.kernels.call
        return self._map(
            [x, centres], lambda at, n, d: call("homeostatic_push_f32", at[0], at[1], at[0], n, d, float(eta))
        )

    def blend(self, x: np.ndarray, t: np.ndarray, alpha: float) -> tuple[np.ndarray, int]:
        """normalise((1 − α)·x + α·t), and how many rows vanished: those are normalise(x)."""
        vanished = 0

        def run(at: list[int], n: int, d: int) -> None:
            nonlocal vanished
            vanished += self.kernels.call("blend_f32", at[0], at[1], at[0], n, d, float(alpha))

        return self._map([x, t], run), vanished

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """A file that is refused takes no memory."""
        with self.lock, self.kernels.all_or_nothing(), self.word_piece.all_or_nothing():
            yield

    def _map(self, inputs: list[np.ndarray], run: Callable[[list[int], int, int], object]) -> np.ndarray:
        """Runs a kernel that writes its output over its first input, a block of rows at a time."""
        matrices = [as_rows(x, "vectors") for x in inputs]
        same_shape(matrices)
        rows, dims = matrices[0].shape
        out = np.empty((rows, dims), np.float32)
        with self.lock:
            at = self.kernels.scratch([4 * min(rows, BLOCK_ROWS) * dims for _ in matrices])
            for start in range(0, rows, BLOCK_ROWS):
                blocks = [x[start : start + BLOCK_ROWS] for x in matrices]
                for place, block in zip(at, blocks, strict=True):
                    self.kernels.write(place, block)
                run(at, len(blocks[0]), dims)
                out[start : start + BLOCK_ROWS] = self.kernels.read(at[0], blocks[0].shape, np.float32)
        return out

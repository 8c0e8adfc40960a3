from dataclasses import dataclass

import numpy as np

from .arrays import BLOCK_ROWS
from .instance import Instance


@dataclass(frozen=True)
class Sparse:
    """Rows of weighted ids: row i has the entries offsets[i] … offsets[i + 1]."""

    offsets: np.ndarray  # (n + 1) u32
    ids: np.ndarray  # u32
    values: np.ndarray  # f32

    def row_of_entries(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    def only(self, keep: np.ndarray, ids: np.ndarray) -> "Sparse":
        """The entries that ``keep`` names, under new ids."""
        before = np.concatenate([[0], np.cumsum(keep)])
        return Sparse(before[self.offsets].astype(np.uint32), ids[keep].astype(np.uint32), self.values[keep])

    def at_unit_length(self, values: np.ndarray) -> "Sparse":
        """The same ids with values (f64) scaled to unit length over each row, and rounded; a row of zeros stays."""
        row = self.row_of_entries()
        squares = np.bincount(row, values * values, len(self.offsets) - 1)
        scale = 1 / np.sqrt(np.where(squares > 0, squares, 1))
        return Sparse(self.offsets, self.ids, (values.astype(np.float32) * scale[row]).astype(np.float32))


@dataclass(frozen=True)
class Table:
    """Rows in memory: f32, or int8 with scales."""

    at: int
    scales: int | None
    rows: int
    dims: int

    @staticmethod
    def keep(kernels: Instance, rows: np.ndarray, scales: np.ndarray | None) -> "Table":
        at = kernels.keep(rows)
        return Table(at, None if scales is None else kernels.keep(scales), *rows.shape)

    def keep_through(self, kernels: Instance, transposed: np.ndarray) -> int:
        """Keeps every row times a map, stored transposed: (rows, r) f32. The map itself does not stay."""
        r, d = transposed.shape
        block = 4 * min(self.rows, BLOCK_ROWS) * d
        packing = kernels.call("gemm_scratch_bytes")
        y, b, x, scratch = kernels.scratch([4 * self.rows * r, transposed.nbytes, block, packing])
        kernels.write(b, transposed)
        for start in range(0, self.rows, BLOCK_ROWS):
            n = min(self.rows - start, BLOCK_ROWS)
            a = self._f32_rows(kernels, start, n, x)
            kernels.call("gemm_f32", a, d, 1, b, 1, d, y + 4 * start * r, n, r, d, 0, scratch)
        kernels.keep_below(b)
        return y

    def _f32_rows(self, kernels: Instance, start: int, n: int, x: int) -> int:
        """The address of some of the rows as f32: int8 rows are written to ``x``."""
        first = start * self.dims
        if self.scales is None:
            return self.at + 4 * first
        kernels.call("dequantize_i8", self.at + first, self.scales + 4 * start, x, n, self.dims)
        return x

    def bag(self, kernels: Instance, s: Sparse) -> np.ndarray:
        """Sums the rows that each sparse row names. Not normalised."""
        n = len(s.offsets) - 1
        ids, values, offsets, y = place(kernels, [s.ids, s.values, s.offsets], 4 * n * self.dims)
        lists = (self.rows, ids, values, offsets, len(s.ids), y, n, self.dims)
        if self.scales is None:
            kernels.call("embedding_bag_f32", self.at, *lists)
        else:
            kernels.call("embedding_bag_i8", self.at, self.scales, *lists)
        return kernels.read(y, (n, self.dims), np.float32)


def place(instance: Instance, parts: list[np.ndarray], room: int) -> list[int]:
    """Writes the parts into scratch, with ``room`` bytes after them."""
    at = instance.scratch([*(part.nbytes for part in parts), room])
    for where, part in zip(at, parts, strict=False):
        instance.write(where, part)
    return at

import numpy as np

from .errors import ChelatedError

BLOCK_ROWS = 1024
"""Rows that pass through a module at a time: bounds its memory, whatever the batch."""


def as_rows(x: np.ndarray, what: str) -> np.ndarray:
    """(n, d) f32, contiguous."""
    rows = np.ascontiguousarray(x, np.float32)
    if rows.ndim != 2:
        raise ChelatedError("shape_mismatch", f"{what}: expected an array (n, d), got {rows.ndim} dimensions")
    return rows


def same_shape(matrices: list[np.ndarray]) -> None:
    for x in matrices[1:]:
        if x.shape != matrices[0].shape:
            raise ChelatedError("shape_mismatch", f"both need the same shape, got {matrices[0].shape} and {x.shape}")


def check_finite(x: np.ndarray, what: str) -> None:
    finite = np.isfinite(x)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        message = f"{what}: row {row}, column {column} is {x[row, column]}; every number must be finite"
        raise ChelatedError("not_finite", message)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import corrupt
from .host_file import HostFile
from .instance import Instance


@dataclass(frozen=True)
class Linear:
    """A resident map, stored transposed: a row an output."""

    at: int
    d_out: int
    d_in: int

    @staticmethod
    def take(kernels: Instance, file: HostFile, name: str, d_out: int | None, d_in: int) -> Linear | None:
        section = file.take(name, np.float32, d_out, d_in)
        return None if section is None else Linear(kernels.keep(section), *section.shape)

    @staticmethod
    def demand(kernels: Instance, file: HostFile, name: str, d_out: int | None, d_in: int) -> Linear:
        found = Linear.take(kernels, file, name, d_out, d_in)
        if found is None:
            raise corrupt(f"no section {name}")
        return found

    def apply(self, kernels: Instance, x: np.ndarray) -> np.ndarray:
        """x·map."""
        n = len(x)
        packing = kernels.call("gemm_scratch_bytes") if n > 1 else 0
        a, y, scratch = kernels.scratch([x.nbytes, 4 * n * self.d_out, packing])
        kernels.write(a, x)
        if n == 1:
            kernels.call("gemv_f32", self.at, a, y, self.d_out, self.d_in)
        else:
            b = (self.at, 1, self.d_in)
            kernels.call("gemm_f32", a, self.d_in, 1, *b, y, n, self.d_out, self.d_in, 0, scratch)
        return kernels.read(y, (n, self.d_out), np.float32)

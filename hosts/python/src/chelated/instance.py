from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from wasmtime import Engine, Instance as WasmInstance, Module, Store, Trap, WasmtimeError

from .errors import ChelatedError

ABI_VERSION = 1
_PAGE = 65_536
_ALIGN = 16


class Instance:
    """One instance of a module. Below ``_free`` lies what stays, above it the scratch of the call under way."""

    def __init__(self, name: str, engine: Engine, module: Module) -> None:
        self._name = name
        self._store = Store(engine)
        exports = WasmInstance(self._store, module, []).exports(self._store)
        self._memory = exports["memory"]
        # Looking an export up costs as much as calling it.
        self._functions = {export.name: exports[export.name] for export in module.exports}
        version = self.call("abi_version")
        if version != ABI_VERSION:
            message = f"{name} ABI {version}, expected {ABI_VERSION}; use the module that came with this version"
            raise ChelatedError("wasm_unavailable", message)
        self._free = self.call("heap_base")

    def call(self, name: str, *args: int | float) -> int:
        # i32 parameters are signed to wasmtime, addresses are not.
        signed = [a - 2**32 if isinstance(a, int) and a >= 2**31 else a for a in args]
        try:
            return self._functions[name](self._store, *signed)
        except (Trap, WasmtimeError) as cause:
            message = f"the {self._name} module failed in {name}; open a new host"
            raise ChelatedError("wasm_unavailable", message) from cause

    def scratch(self, sizes: Sequence[int]) -> list[int]:
        """Addresses of buffers of so many bytes, good until the next call of ``scratch`` or ``keep``."""
        places = []
        end = self._free
        for size in sizes:
            places.append(end)
            end = -(-(end + size) // _ALIGN) * _ALIGN
        more = end - self._memory.data_len(self._store)
        if more > 0:
            pages = -(-more // _PAGE)
            if pages > 65_536 or self.call("memory_grow", pages) < 0:
                message = f"{self._name} memory cannot grow by {more} bytes; give smaller batches"
                raise ChelatedError("too_large", message)
        return places

    def keep(self, data: np.ndarray) -> int:
        """Places numbers that stay for as long as the instance does."""
        at, end = self.scratch([data.nbytes, 0])
        self.write(at, data)
        self.keep_below(end)
        return at

    def keep_below(self, end: int) -> None:
        """What lies in scratch below that address stays for as long as the instance does."""
        self._free = end

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """What is kept meanwhile stays only where nothing is raised."""
        before = self._free
        try:
            yield
        except BaseException:
            self._free = before
            raise

    def write(self, at: int, data: np.ndarray) -> None:
        self._view(at, data.nbytes)[:] = np.ascontiguousarray(data).reshape(-1).view(np.uint8)

    def read(self, at: int, shape: tuple[int, ...], dtype: type) -> np.ndarray:
        out = np.empty(shape, dtype)
        out.reshape(-1).view(np.uint8)[:] = self._view(at, out.nbytes)
        return out

    @property
    def memory_bytes(self) -> int:
        return self._memory.data_len(self._store)

    def _view(self, at: int, size: int) -> np.ndarray:
        if size == 0:
            return np.empty(0, np.uint8)
        return np.frombuffer(self._memory.get_buffer_ptr(self._store, size, at), np.uint8)

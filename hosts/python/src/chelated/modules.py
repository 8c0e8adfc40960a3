from importlib.resources import files

from wasmtime import Engine, Module, WasmtimeError

from .errors import ChelatedError

KERNELS = (
    "abi_version heap_base memory_grow normalize_f32 homeostatic_push_f32 blend_f32 centroid_f32 embedding_bag_f32 "
    "embedding_bag_i8 context_dots_f32 dequantize_i8 gemv_f32 gemm_f32 gemm_scratch_bytes top_k_f32 top_k_finish memory"
).split()
WORD_PIECE = "abi_version heap_base memory_grow wordpiece_bytes wordpiece_open wordpiece_encode memory".split()


class Modules:
    """The two compiled modules, those of the wheel unless others are given. Threads may share them."""

    def __init__(self, kernels: bytes | None = None, word_piece: bytes | None = None) -> None:
        self.engine = Engine()
        self.kernels = self._compile("kernels", kernels, KERNELS)
        self.word_piece = self._compile("wordpiece", word_piece, WORD_PIECE)

    def _compile(self, name: str, module: bytes | None, exports: list[str]) -> Module:
        try:
            if module is None:
                module = (files(__package__) / f"chelated-{name}.wasm").read_bytes()
            compiled = Module(self.engine, module)
        except (OSError, WasmtimeError) as cause:
            message = f"cannot compile the {name} module; install the wheel again, or give its bytes"
            raise ChelatedError("wasm_unavailable", message) from cause
        missing = set(exports) - {export.name for export in compiled.exports}
        if missing or compiled.imports:
            lacks = f"it lacks {', '.join(sorted(missing))}" if missing else "it imports"
            raise ChelatedError("wasm_unavailable", f"not the {name} module: {lacks}")
        return compiled

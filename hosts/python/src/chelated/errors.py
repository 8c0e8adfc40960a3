from typing import Literal

Code = Literal[
    "wasm_unavailable",
    "adapter_corrupt",
    "adapter_version",
    "adapter_wrong_model",
    "shape_mismatch",
    "not_finite",
    "text_required",
    "too_large",
    "invalid_input",
]


class ChelatedError(Exception):
    """The one error of this package; ``code`` is the same in every language (docs/abi.md)."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code: Code = code


def corrupt(why: str) -> ChelatedError:
    return ChelatedError("adapter_corrupt", f"not a host file, or altered: {why}; copy or export it again")

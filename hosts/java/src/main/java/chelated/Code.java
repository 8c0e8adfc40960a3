package chelated;

/** In which way chelated refuses; docs/abi.md lists the codes, the same in every language. */
public enum Code {
    WASM_UNAVAILABLE,
    ADAPTER_CORRUPT,
    ADAPTER_VERSION,
    ADAPTER_WRONG_MODEL,
    SHAPE_MISMATCH,
    NOT_FINITE,
    TEXT_REQUIRED,
    TOO_LARGE,
    INVALID_INPUT
}

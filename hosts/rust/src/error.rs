use std::fmt;

/// In which way chelated refuses; docs/abi.md lists the codes, the same in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    WasmUnavailable,
    AdapterCorrupt,
    AdapterVersion,
    AdapterWrongModel,
    ShapeMismatch,
    NotFinite,
    TextRequired,
    TooLarge,
    InvalidInput,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Code::WasmUnavailable => "wasm_unavailable",
            Code::AdapterCorrupt => "adapter_corrupt",
            Code::AdapterVersion => "adapter_version",
            Code::AdapterWrongModel => "adapter_wrong_model",
            Code::ShapeMismatch => "shape_mismatch",
            Code::NotFinite => "not_finite",
            Code::TextRequired => "text_required",
            Code::TooLarge => "too_large",
            Code::InvalidInput => "invalid_input",
        })
    }
}

/// What every function of this crate returns when it refuses.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Error {
    pub code: Code,
    message: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), source: None }
    }

    pub(crate) fn wasm(message: impl Into<String>, source: wasmtime::Error) -> Self {
        Self { source: Some(source.into_boxed_dyn_error()), ..Self::new(Code::WasmUnavailable, message) }
    }

    pub(crate) fn corrupt(why: impl fmt::Display) -> Self {
        Self::new(Code::AdapterCorrupt, format!("not a host file, or altered: {why}; copy or export it again"))
    }
}

pub(crate) fn refuse<T>(code: Code, message: impl Into<String>) -> Result<T> {
    Err(Error::new(code, message))
}

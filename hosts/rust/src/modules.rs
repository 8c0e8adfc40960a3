use wasmtime::{Engine, Module};

use crate::error::{Code, Error, Result, refuse};
use crate::host::Host;

const KERNELS: &[&str] = &[
    "abi_version",
    "heap_base",
    "memory_grow",
    "normalize_f32",
    "homeostatic_push_f32",
    "blend_f32",
    "centroid_f32",
    "embedding_bag_f32",
    "embedding_bag_i8",
    "context_dots_f32",
    "dequantize_i8",
    "gemv_f32",
    "gemm_f32",
    "gemm_scratch_bytes",
    "top_k_f32",
    "top_k_finish",
    "memory",
];
const WORD_PIECE: &[&str] =
    &["abi_version", "heap_base", "memory_grow", "wordpiece_bytes", "wordpiece_open", "wordpiece_encode", "memory"];

/// The two compiled modules. Threads may share them; a clone is cheap.
#[derive(Clone)]
pub struct Modules {
    pub(crate) engine: Engine,
    pub(crate) kernels: Module,
    pub(crate) word_piece: Module,
}

impl Modules {
    /// Compiles the bytes of `chelated-kernels.wasm` and `chelated-wordpiece.wasm`.
    pub fn compile(kernels: &[u8], word_piece: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let kernels = compile(&engine, "kernels", kernels, KERNELS)?;
        let word_piece = compile(&engine, "WordPiece", word_piece, WORD_PIECE)?;
        Ok(Self { engine, kernels, word_piece })
    }

    /// A host, with memory of its own.
    pub fn open_host(&self) -> Result<Host> {
        Host::open(self)
    }
}

fn compile(engine: &Engine, name: &str, bytes: &[u8], exports: &[&str]) -> Result<Module> {
    let module = Module::from_binary(engine, bytes)
        .map_err(|cause| Error::wasm(format!("cannot compile the {name} module; build it again"), cause))?;
    if let Some(missing) = exports.iter().find(|export| module.get_export(export).is_none()) {
        return refuse(Code::WasmUnavailable, format!("not the {name} module: it lacks {missing}"));
    }
    if module.imports().len() > 0 {
        return refuse(Code::WasmUnavailable, format!("not the {name} module: it imports"));
    }
    Ok(module)
}

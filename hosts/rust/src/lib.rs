//! A static student and an adapter inside a Rust program: text in, corrected vector out, without a server. The arithmetic is
//! that of two WebAssembly modules, run by wasmtime; results are bit for bit those of the other languages.
//!
//! Compile the [`Modules`] once; threads share them. A [`Host`] is an instance of both with memory of its own: one a thread.
//! What it opens (students, adapters, indexes) lives in its memory, is used with it alone, and goes with it.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod adapter;
mod error;
mod gate;
mod host;
mod host_file;
mod index;
mod instance;
#[cfg(test)]
mod kernel_vectors;
mod linear;
mod matrix;
mod modules;
mod sparse;
mod student;
mod token_part;
mod tokenizer;
mod tokens;

pub use adapter::{Adapter, Input};
pub use error::{Code, Error, Result};
pub use host::Host;
pub use host_file::{Kind, OutputSpace};
pub use index::{Found, Index};
pub use matrix::Matrix;
pub use modules::Modules;
pub use student::Student;
pub use tokens::Tokens;

#[cfg(target_endian = "big")]
compile_error!("numbers are copied into WebAssembly memory as they are, and that is little-endian");

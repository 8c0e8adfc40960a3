use std::fs;

use chelated::{Host, Modules, Student};

/// From where cargo runs tests: a path that is compiled in may be that of another checkout, which cargo shares its builds with.
const ROOT: &str = "../..";
pub const BUILDS: [&str; 2] = ["chelated-kernels", "chelated-kernels-scalar"];

pub fn module(name: &str) -> Vec<u8> {
    fs::read(format!("{ROOT}/assets/{name}.wasm")).expect("run npm run build first")
}

pub fn modules(build: &str) -> Modules {
    Modules::compile(&module(build), &module("chelated-wordpiece")).unwrap()
}

pub fn vectors(name: &str) -> Vec<u8> {
    fs::read(format!("{ROOT}/test/vectors/host/{name}")).unwrap()
}

pub fn open_student(host: &mut Host, file: &str) -> Student {
    host.open_student(&vectors(file)).unwrap()
}

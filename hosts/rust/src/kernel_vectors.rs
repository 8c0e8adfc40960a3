//! test/vectors/*.json on both builds: the module's own exports, called as the crate calls them.

use std::collections::BTreeMap;
use std::fs;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use wasmtime::ValType;

use crate::instance::Arg;
use crate::{Host, Modules};

/// From where cargo runs tests: a path that is compiled in may be that of another checkout, which cargo shares its builds with.
const ROOT: &str = "../..";

fn decode(value: &Value) -> Vec<u8> {
    value.as_str().map_or_else(Vec::new, |text| BASE64_STANDARD.decode(text).unwrap())
}

fn float64s(value: &Value) -> Vec<f64> {
    decode(value).chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect()
}

fn numbers(kind: &str, bytes: &[u8]) -> Vec<f64> {
    let words = |size: usize| bytes.chunks_exact(size);
    match kind {
        "f32" => words(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()).into()).collect(),
        "u32" => words(4).map(|b| u32::from_le_bytes(b.try_into().unwrap()).into()).collect(),
        "f64" => words(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect(),
        _ => bytes.iter().map(|b| (*b as i8).into()).collect(),
    }
}

fn assert_near(got: &[f64], expected: &[f64], bound: &[f64], what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        let right = g == e || g.is_nan() && e.is_nan() || (g - e).abs() <= bound[i];
        assert!(right, "{what}[{i}] is {g}, expected {e}");
    }
}

fn run_case(host: &mut Host, case: &Value) {
    let kernels = &mut host.kernels;
    let mut buffers = BTreeMap::new();
    for (name, b) in case["buffers"].as_object().unwrap() {
        let width = match b["type"].as_str() {
            Some("f64") => 8,
            Some("i8") => 1,
            _ => 4,
        };
        let mut bytes = decode(&b["data"]);
        let length = b["bytes"].as_u64().unwrap_or((float64s(&b["expected"]).len() * width) as u64);
        bytes.resize(bytes.len().max(length as usize), 0);
        buffers.insert(name.as_str(), bytes);
    }
    let total = buffers.values().map(|bytes| bytes.len().next_multiple_of(16)).sum();
    let [mut end] = kernels.scratch([total]).unwrap();
    let mut at = BTreeMap::new();
    for (name, bytes) in &buffers {
        kernels.write(end, bytes);
        at.insert(*name, end);
        end += bytes.len().next_multiple_of(16);
    }
    for call in case["calls"].as_array().unwrap() {
        let export = call["export"].as_str().unwrap().to_owned().leak();
        let types = kernels.parameters(export);
        let args = call["arguments"].as_array().unwrap().iter().zip(types).map(|(arg, kind)| match arg {
            Value::String(name) => Arg::Int(at[name.as_str()]),
            _ if matches!(kind, ValType::F32) => Arg::Float(arg.as_f64().unwrap() as f32),
            _ => Arg::Int(arg.as_i64().unwrap() as u32 as usize),
        });
        let got = kernels.call(export, &args.collect::<Vec<_>>()).unwrap();
        if let Some(returns) = call.get("returns") {
            let value = if export == "dot_f32" { f32::from_bits(got).into() } else { f64::from(got) };
            assert_near(&[value], &float64s(&returns["expected"]), &float64s(&returns["bound"]), export);
        }
    }
    for (name, b) in case["buffers"].as_object().unwrap() {
        if b.get("expected").is_some() {
            let bytes = buffers.get_mut(name.as_str()).unwrap();
            kernels.read(at[name.as_str()], bytes);
            let got = numbers(b["type"].as_str().unwrap(), bytes);
            let what = format!("{}: {name}", case["name"]);
            assert_near(&got, &float64s(&b["expected"]), &float64s(&b["bound"]), &what);
        }
    }
}

#[test]
fn both_builds_pass_the_kernel_vectors() {
    let word_piece = fs::read(format!("{ROOT}/assets/chelated-wordpiece.wasm")).expect("run npm run build first");
    for build in ["chelated-kernels.wasm", "chelated-kernels-scalar.wasm"] {
        let kernels = fs::read(format!("{ROOT}/assets/{build}")).unwrap();
        let mut host = Modules::compile(&kernels, &word_piece).unwrap().open_host().unwrap();
        let mut files = 0;
        for entry in fs::read_dir(format!("{ROOT}/test/vectors")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let file: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
                file["cases"].as_array().unwrap().iter().for_each(|case| run_case(&mut host, case));
                files += 1;
            }
        }
        assert!(files > 10, "only {files} vector files");
    }
}

#[test]
fn a_trap_is_an_error() {
    let read = |name: &str| fs::read(format!("{ROOT}/assets/{name}.wasm")).unwrap();
    let modules = Modules::compile(&read("chelated-kernels"), &read("chelated-wordpiece")).unwrap();
    let mut host = modules.open_host().unwrap();
    let refused = host.kernels.call("normalize_f32", &[1 << 31, 1 << 31, 1, 1].map(Arg::Int)).unwrap_err();
    assert_eq!(refused.code, crate::Code::WasmUnavailable);
    assert!(host.normalize(&crate::Matrix::zeros(1, 4)).is_ok());
}

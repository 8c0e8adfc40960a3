//! test/vectors/host on both builds: a student with an adapter of each kind, one with word buckets, and one with a context gate as well.

mod common;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chelated::Matrix;
use common::{BUILDS, modules, open_student, vectors};
use serde_json::Value;

fn floats(value: &Value) -> Vec<f32> {
    let bytes = BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap();
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

fn assert_near(got: &[f32], expected: &[f32], bound: f32, what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        assert!((g - e).abs() <= bound, "{what}: number {i} is {g}, expected {e}");
    }
}

#[test]
fn students_and_adapters_give_what_typescript_gives() {
    for name in ["cases.json", "words.json", "gated.json"] {
        check(&serde_json::from_slice(&vectors(name)).unwrap());
    }
}

fn check(cases: &Value) {
    let texts: Vec<&str> = cases["texts"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    for build in BUILDS {
        let mut host = modules(build).open_host().unwrap();
        let student = open_student(&mut host, cases["student"].as_str().unwrap());
        let ids = student.token_ids(&mut host, &texts).unwrap();
        assert_eq!(serde_json::to_value(ids).unwrap(), cases["ids"]);
        assert_eq!(student.fingerprint(), cases["fingerprint"]);
        let base: Matrix = student.encode(&mut host, &texts).unwrap();
        assert_near(base.data(), &floats(&cases["base"]), 1e-6, "base");
        for case in cases["adapters"].as_array().unwrap() {
            let file = case["file"].as_str().unwrap();
            let adapter = host.open_adapter(&vectors(file), Some(&student)).unwrap();
            assert_eq!(
                (adapter.fingerprint(), adapter.d_out() as u64),
                (case["fingerprint"].as_str().unwrap(), case["dims"].as_u64().unwrap())
            );
            let got = adapter.correct_texts(&mut host, &texts).unwrap();
            assert_near(got.data(), &floats(&case["expected"]), case["bound"].as_f64().unwrap() as f32, file);
            for (i, text) in texts.iter().enumerate() {
                let alone = adapter.correct_texts(&mut host, &[text]).unwrap();
                assert_near(alone.data(), got.row(i), 1e-6, text);
            }
        }
    }
}

mod common;

use std::thread;

use chelated::{Code, Error, Host, Input, Matrix, Modules, Result, Tokens};
use common::{BUILDS, module, modules, open_student, vectors};
use sha2::{Digest, Sha256};

/// Numbers in −1 … 1 without a pattern.
fn waves(rows: usize, dims: usize) -> Matrix {
    let wave = |i: usize| (0.7 * i as f32 * (1.0 + i as f32 / 97.0)).sin();
    Matrix::new(rows, dims, (0..rows * dims).map(wave).collect()).unwrap()
}

fn host() -> Host {
    modules(BUILDS[0]).open_host().unwrap()
}

#[track_caller]
fn assert_refused<T>(code: Code, result: Result<T>) {
    assert_eq!(result.err().map(|Error { code, .. }| code), Some(code));
}

#[test]
fn row_kernels_keep_their_laws_over_more_rows_than_a_block() {
    let mut host = host();
    let x = waves(2500, 13);
    let unit = host.normalize(&x).unwrap();
    assert_eq!(host.push(&unit, &unit, 0.1).unwrap(), unit, "a row that is its own centre stays as it is");
    assert_eq!(host.blend(&x, &unit, 0.0).unwrap(), (unit.clone(), 0), "α = 0 is normalise(x)");
    let negative = Matrix::new(2500, 13, unit.data().iter().map(|v| -v).collect()).unwrap();
    assert_eq!(host.blend(&unit, &negative, 0.5).unwrap().1, 2500, "a blend of opposites vanishes");
    assert_refused(Code::ShapeMismatch, host.push(&x, &waves(2500, 12), 0.1));
}

#[test]
fn an_index_finds_its_own_rows_and_averages_them() {
    let mut host = host();
    let rows = host.normalize(&waves(3000, 24)).unwrap();
    let index = host.hold(&rows).unwrap();
    let found = index.top_k(&mut host, &rows, 3).unwrap();
    assert!(found.rows.chunks(3).enumerate().all(|(i, best)| best[0] == i as u32));
    assert!(found.scores.chunks(3).all(|scores| scores.is_sorted_by(|a, b| a >= b)));
    let centroids = index.centroid(&mut host, &[&[7], &[], &[1, 2]]).unwrap();
    assert_eq!(centroids.row(0), rows.row(7));
    assert_eq!(centroids.row(1), [0.0; 24]);
    assert_refused(Code::ShapeMismatch, index.centroid(&mut host, &[&[3000]]));
    assert_refused(Code::ShapeMismatch, index.top_k(&mut host, &waves(1, 23), 3));
    let mut other = self::host();
    assert_refused(Code::InvalidInput, index.top_k(&mut other, &rows, 3));
}

#[test]
fn other_modules_are_refused() {
    let (kernels, word_piece) = (module(BUILDS[0]), module("chelated-wordpiece"));
    assert_refused(Code::WasmUnavailable, Modules::compile(&[], &word_piece));
    assert_refused(Code::WasmUnavailable, Modules::compile(&word_piece, &word_piece));
    let answers_one = [4, 0, 0x41, 1, 0x0b]; // the body of abi_version
    let mut other = kernels;
    let at: Vec<_> = other.windows(5).enumerate().filter(|(_, body)| *body == answers_one).map(|(i, _)| i).collect();
    assert!(!at.is_empty());
    at.into_iter().for_each(|i| other[i + 3] = 2);
    assert_refused(Code::WasmUnavailable, Modules::compile(&other, &word_piece).unwrap().open_host());
}

#[test]
fn altered_files_are_refused() {
    let mut host = host();
    let file = vectors("affine.chelated");
    for length in 0..file.len() {
        assert_refused(Code::AdapterCorrupt, host.open_adapter(&file[..length], None));
    }
    for at in 0..file.len() {
        let mut altered = file.clone();
        altered[at] ^= 0x40;
        let code = if (8..12).contains(&at) { Code::AdapterVersion } else { Code::AdapterCorrupt };
        assert_refused(code, host.open_adapter(&altered, None));
    }
    assert_refused(Code::AdapterCorrupt, host.open_student(&file));
}

#[test]
fn a_student_without_its_gate_is_refused_and_leaves_the_memory_as_it_was() {
    let mut host = host();
    let file = vectors("gated-student.chelated");
    open_student(&mut host, "gated-student.chelated");
    let before = host.memory_bytes();
    for (name, fields) in [("gate_context", &[0, 16, 24][..]), ("gate_tokens", &[0, 16, 20, 24]), ("kinds", &[0, 20])] {
        let entry = file.windows(name.len()).position(|bytes| bytes == name.as_bytes()).unwrap();
        for field in fields {
            let mut altered = file.clone();
            altered[entry + field] ^= 2; // its name, type, rows or dims
            let hash = Sha256::digest(&altered[44..]);
            altered[12..44].copy_from_slice(&hash);
            for _ in 0..500 {
                let refusal = host.open_student(&altered).err().unwrap();
                assert_eq!(refusal.code, Code::AdapterCorrupt);
                assert!(refusal.to_string().contains(name), "{refusal}");
            }
        }
    }
    assert_eq!(host.memory_bytes(), before);
}

#[test]
fn wrong_input_is_refused() {
    let mut host = host();
    let student = open_student(&mut host, "student.chelated");
    for needs_its_student in ["lexical.chelated", "gated-residual.chelated"] {
        assert_refused(Code::AdapterWrongModel, host.open_adapter(&vectors(needs_its_student), None));
    }
    host.open_adapter(&vectors("residual.chelated"), None).unwrap();
    let affine = host.open_adapter(&vectors("affine.chelated"), None).unwrap();
    let lexical = host.open_adapter(&vectors("lexical.chelated"), Some(&student)).unwrap();
    let vectors = |dims, value| Matrix::new(1, dims, vec![value; dims]).unwrap();
    let mut correct =
        |adapter: &chelated::Adapter, x: Matrix| adapter.correct(&mut host, Input { vectors: Some(&x), tokens: None });
    assert_refused(Code::ShapeMismatch, correct(&affine, vectors(4, 1.0)));
    assert_refused(Code::NotFinite, correct(&affine, vectors(3, f32::NAN)));
    assert_refused(Code::NotFinite, correct(&affine, vectors(3, f32::INFINITY)));
    assert_refused(Code::NotFinite, correct(&affine, vectors(3, 3e38)));
    assert_refused(Code::TextRequired, correct(&lexical, vectors(3, 1.0)));
    let unknown = Tokens::count(&[vec![99]]);
    assert_refused(Code::ShapeMismatch, lexical.correct(&mut host, Input { vectors: None, tokens: Some(&unknown) }));
    assert_refused(Code::TooLarge, student.tokenize(&mut host, &[&"x".repeat(3_000_001)]));
    assert_refused(Code::InvalidInput, affine.correct_texts(&mut host, &["a"]));
    let mut other = self::host();
    assert_refused(Code::InvalidInput, student.tokenize(&mut other, &["a"]));
}

#[test]
fn a_host_a_thread_gives_the_same_answer() {
    let modules = modules(BUILDS[0]);
    let correct = |times| {
        let mut host = modules.open_host().unwrap();
        let student = open_student(&mut host, "student.chelated");
        let adapter = host.open_adapter(&vectors("lexical.chelated"), Some(&student)).unwrap();
        (0..times).map(|_| adapter.correct_texts(&mut host, &["a cat", "dog"]).unwrap()).collect::<Vec<_>>()
    };
    let expected = &correct(1)[0];
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(correct(500).iter().all(|got| got == expected)));
        }
    });
}

#[test]
fn memory_stays_over_a_million_calls() {
    let mut host = host();
    let student = open_student(&mut host, "student.chelated");
    let adapter = host.open_adapter(&vectors("lexical.chelated"), Some(&student)).unwrap();
    let x = waves(1, 64);
    let mut before = 0;
    for call in 0..1_000_000 {
        host.normalize(&x).unwrap();
        if call % 10 == 0 {
            adapter.correct_texts(&mut host, &["a cat, a dog"]).unwrap();
        }
        if call == 0 {
            before = host.memory_bytes();
        }
    }
    assert_eq!(host.memory_bytes(), before);
}

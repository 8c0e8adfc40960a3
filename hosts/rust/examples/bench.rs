//! Times a host beside ndarray: `bench KERNELS.wasm WORDPIECE.wasm STUDENT LEXICAL AFFINE TEXTS`. bench/README.md says what is measured.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{env, fs};

use chelated::{Input, Matrix, Modules, Tokens};
use ndarray::{Array1, Array2, ArrayView1, Axis};
use serde_json::{Value, json};

const ROWS: usize = 1000;
const DIMS: usize = 384;
const VOCABULARY: usize = 30522;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(200);

/// Seconds a call, the median of rounds.
fn seconds(mut call: impl FnMut()) -> f64 {
    call();
    let mut took: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let (mut calls, start) = (0, Instant::now());
            while start.elapsed() < ROUND {
                call();
                calls += 1;
            }
            start.elapsed().as_secs_f64() / f64::from(calls)
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[ROUNDS / 2]
}

fn figures(name: &str, vectors: usize, batch: f64, one: f64, native: f64) -> Value {
    let per_vector = 1e9 / vectors as f64;
    json!({ "name": name, "batch": batch * per_vector, "one": 1.0 / one, "native": native * per_vector })
}

fn normalize(x: ArrayView1<f32>) -> Array1<f32> {
    let length = x.dot(&x).sqrt();
    x.mapv(|v| v / length)
}

fn main() -> Result<(), Box<dyn Error>> {
    let files = env::args().skip(1).map(fs::read).collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    let mut host = Modules::compile(&files[0], &files[1])?.open_host()?;
    let student = host.open_student(&files[2])?;
    let lexical = host.open_adapter(&files[3], Some(&student))?;
    let load = start.elapsed().as_secs_f64() * 1e3;
    let affine = host.open_adapter(&files[4], None)?;

    let wave = |i: usize| (0.7 * i as f32).sin();
    let x = Matrix::new(ROWS, DIMS, (0..ROWS * DIMS).map(wave).collect())?;
    let one = Matrix::new(1, DIMS, x.row(0).to_vec())?;
    let content = String::from_utf8(files[5].clone())?;
    let texts: Vec<&str> = content.split_terminator('\0').collect();
    let lists = student.token_ids(&mut host, &texts)?;
    let (tokens, first) = (Tokens::count(&lists), Tokens::count(&lists[..1]));
    let array = Array2::from_shape_vec((ROWS, DIMS), x.data().to_vec())?;
    let weights = Array2::from_shape_fn((DIMS, DIMS), |(i, j)| wave(i * DIMS + j));
    let table = Array2::from_shape_fn((VOCABULARY, DIMS), |(i, j)| (i * 31 + j) as i8);

    let vectors = |x| Input { vectors: Some(x), tokens: None };
    let bags = |tokens| Input { vectors: None, tokens: Some(tokens) };
    let report = [
        figures(
            "normalize",
            ROWS,
            seconds(|| drop(host.normalize(&x).unwrap())),
            seconds(|| drop(host.normalize(&one).unwrap())),
            seconds(|| array.axis_iter(Axis(0)).for_each(|row| drop(black_box(normalize(row))))),
        ),
        figures(
            "affine",
            ROWS,
            seconds(|| drop(affine.correct(&mut host, vectors(&x)).unwrap())),
            seconds(|| drop(affine.correct(&mut host, vectors(&one)).unwrap())),
            seconds(|| array.dot(&weights).axis_iter(Axis(0)).for_each(|row| drop(black_box(normalize(row))))),
        ),
        figures(
            "lexical",
            lists.len(),
            seconds(|| drop(lexical.correct(&mut host, bags(&tokens)).unwrap())),
            seconds(|| drop(lexical.correct(&mut host, bags(&first)).unwrap())),
            seconds(|| {
                for ids in &lists {
                    let mut sum = Array1::<f32>::zeros(DIMS);
                    for id in ids {
                        sum.zip_mut_with(&table.row(*id as usize), |y, v| *y += 0.01 * f32::from(*v));
                    }
                    drop(black_box(normalize(sum.view())));
                }
            }),
        ),
    ];
    println!("{}", json!({ "load": load, "figures": report }));
    Ok(())
}

//! Reads texts (UTF-8, a NUL after each) and writes, for each text, how many token ids it has and those (u32), then all corrected
//! vectors (f32): `correct KERNELS.wasm WORDPIECE.wasm STUDENT ADAPTER TEXTS OUT`.

use std::error::Error;
use std::{env, fs};

use chelated::Modules;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [kernels, word_piece, student, adapter, texts, out] = &args[..] else {
        return Err("usage: correct KERNELS.wasm WORDPIECE.wasm STUDENT ADAPTER TEXTS OUT".into());
    };
    let mut host = Modules::compile(&fs::read(kernels)?, &fs::read(word_piece)?)?.open_host()?;
    let student = host.open_student(&fs::read(student)?)?;
    let adapter = host.open_adapter(&fs::read(adapter)?, Some(&student))?;
    let content = fs::read_to_string(texts)?;
    let texts: Vec<&str> = content.split_terminator('\0').collect();
    let mut bytes = Vec::new();
    for ids in student.token_ids(&mut host, &texts)? {
        bytes.extend((ids.len() as u32).to_le_bytes());
        bytes.extend(ids.into_iter().flat_map(u32::to_le_bytes));
    }
    let corrected = adapter.correct_texts(&mut host, &texts)?;
    bytes.extend(corrected.data().iter().flat_map(|v| v.to_le_bytes()));
    fs::write(out, bytes)?;
    Ok(())
}

use std::collections::HashMap;

use bytemuck::{Pod, Zeroable, cast_slice_mut};
use sha2::{Digest, Sha256};

use crate::error::{Code, Error, Result, refuse};

const FORMAT: u32 = 1;
const HEADER: usize = 144;
const ENTRY: usize = 32;
const HASHED_FROM: usize = 44;

/// What an adapter is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Identity,
    Orthogonal,
    Affine,
    Lexical,
    Residual,
    Lowrank,
    Mlp,
}

const KINDS: [Kind; 7] =
    [Kind::Identity, Kind::Orthogonal, Kind::Affine, Kind::Lexical, Kind::Residual, Kind::Lowrank, Kind::Mlp];

/// The space of the corrected vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputSpace {
    Student,
    Teacher,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TermFrequency {
    Count,
    Log,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Student = 1,
    Adapter = 2,
    GatedStudent = 3,
    GatedAdapter = 4,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    F32,
    I8,
    U32,
    I32,
    U8,
}

const NUMBERS: [Numbers; 5] = [Numbers::F32, Numbers::I8, Numbers::U32, Numbers::I32, Numbers::U8];

impl Numbers {
    fn size(self) -> usize {
        match self {
            Numbers::F32 | Numbers::U32 | Numbers::I32 => 4,
            Numbers::I8 | Numbers::U8 => 1,
        }
    }
}

/// A file as docs/abi.md lays it out, its hash and its layout checked.
pub(crate) struct HostFile<'a> {
    pub content: Content,
    pub kind: Kind,
    pub output_space: OutputSpace,
    pub base_fingerprint: String,
    pub fingerprint: String,
    pub d_in: usize,
    pub d_out: usize,
    pub term_frequency: Option<TermFrequency>,
    sections: HashMap<&'a str, Section<'a>>,
}

#[derive(Clone, Copy)]
pub(crate) struct Section<'a> {
    numbers: Numbers,
    pub rows: usize,
    pub dims: usize,
    pub bytes: &'a [u8],
}

impl<'a> HostFile<'a> {
    /// A file of one of the contents wanted.
    pub fn read(file: &'a [u8], wanted: &[Content]) -> Result<Self> {
        if file.len() < HEADER || !file.starts_with(b"chelated") {
            return Err(Error::corrupt(format!("{} bytes do not begin as a host file does", file.len())));
        }
        if word(file, 8) != FORMAT {
            let message =
                format!("the host file has format {}, this build reads {FORMAT}; export it again", word(file, 8));
            return refuse(Code::AdapterVersion, message);
        }
        if Sha256::digest(&file[HASHED_FROM..]).as_slice() != &file[12..HASHED_FROM] {
            return Err(Error::corrupt("the hash is not that of the content"));
        }
        let got = word(file, HASHED_FROM);
        let Some(&content) = wanted.iter().find(|content| **content as u32 == got) else {
            return Err(Error::corrupt(format!("expected the file of a {:?}, got content {got}", wanted[0])));
        };
        let count = word(file, 132) as usize;
        if count > (file.len() - HEADER) / ENTRY {
            return Err(Error::corrupt(format!("{count} sections do not fit")));
        }
        let sections = (0..count).map(|i| read_section(file, HEADER + i * ENTRY)).collect::<Result<_>>()?;
        Ok(Self {
            content,
            kind: pick(&KINDS, word(file, 120), "kind")?,
            output_space: pick(&[OutputSpace::Student, OutputSpace::Teacher], word(file, 124), "output space")?,
            base_fingerprint: hex(&file[48..80]),
            fingerprint: hex(&file[80..112]),
            d_in: word(file, 112) as usize,
            d_out: word(file, 116) as usize,
            term_frequency: pick(
                &[None, Some(TermFrequency::Count), Some(TermFrequency::Log)],
                word(file, 128),
                "term frequency",
            )?,
            sections,
        })
    }

    /// The section of that name, which must have the type, and the shape where it is given.
    pub fn take(
        &self,
        name: &str,
        numbers: Numbers,
        rows: Option<usize>,
        dims: Option<usize>,
    ) -> Result<Option<Section<'a>>> {
        let Some(&section) = self.sections.get(name) else { return Ok(None) };
        let wanted = (numbers, rows.unwrap_or(section.rows), dims.unwrap_or(section.dims));
        let got = (section.numbers, section.rows, section.dims);
        if got != wanted {
            return Err(Error::corrupt(format!("section {name} is {got:?}, expected {wanted:?}")));
        }
        Ok(Some(section))
    }

    pub fn demand(
        &self,
        name: &str,
        numbers: Numbers,
        rows: Option<usize>,
        dims: Option<usize>,
    ) -> Result<Section<'a>> {
        self.take(name, numbers, rows, dims)?.ok_or_else(|| Error::corrupt(format!("no section {name}")))
    }
}

impl Section<'_> {
    /// A copy of the numbers, which lie in the file at any alignment.
    pub fn to_vec<T: Pod + Zeroable>(self) -> Vec<T> {
        let mut numbers = vec![T::zeroed(); self.rows * self.dims];
        cast_slice_mut::<T, u8>(&mut numbers).copy_from_slice(self.bytes);
        numbers
    }
}

fn read_section(file: &[u8], entry: usize) -> Result<(&str, Section<'_>)> {
    let padded = std::str::from_utf8(&file[entry..entry + 16]).map_err(Error::corrupt)?;
    let name = padded.trim_end_matches('\0');
    let numbers = pick(&NUMBERS, word(file, entry + 16).wrapping_sub(1), name)?;
    let [rows, dims, at] = [20, 24, 28].map(|field| word(file, entry + field) as usize);
    let bytes = rows.checked_mul(dims).and_then(|count| count.checked_mul(numbers.size()));
    match bytes.and_then(|bytes| file.get(at..at.checked_add(bytes)?)) {
        Some(bytes) => Ok((name, Section { numbers, rows, dims, bytes })),
        None => Err(Error::corrupt(format!("section {name} does not fit"))),
    }
}

fn pick<T: Copy>(list: &[T], index: u32, what: &str) -> Result<T> {
    list.get(index as usize).copied().ok_or_else(|| Error::corrupt(format!("{what} {index} is unknown")))
}

fn word(file: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

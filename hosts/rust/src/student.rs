use std::sync::Arc;

use crate::error::Result;
use crate::gate::Gate;
use crate::host::{BLOCK_ROWS, Host};
use crate::host_file::{Content, HostFile, Numbers};
use crate::instance::Instance;
use crate::matrix::Matrix;
use crate::sparse::{Sparse, Table};
use crate::tokenizer::Tokenizer;
use crate::tokens::Tokens;

/// A static student: a token table and a tokenizer, in the memory of its host. A clone is cheap and names the same.
#[derive(Clone)]
pub struct Student {
    host: u64,
    fingerprint: String,
    dims: usize,
    pub(crate) table: Table,
    weights: Arc<[f32]>,
    /// None where tokens count as often as they occur.
    gate: Option<Gate>,
    tokenizer: Tokenizer,
}

impl Student {
    pub(crate) fn open(host: &mut Host, file: &[u8]) -> Result<Self> {
        let file = HostFile::read(file, &[Content::Student, Content::GatedStudent])?;
        let weights: Vec<f32> = file.demand("weights", Numbers::F32, None, Some(1))?.to_vec();
        let vocabulary = weights.len();
        let table = Table::keep(&mut host.kernels, &file, ["rows", "scales"], Some(vocabulary), file.d_out)?;
        let gated = file.content == Content::GatedStudent;
        Ok(Self {
            host: host.id(),
            gate: gated.then(|| Gate::read(&mut host.kernels, &file, &table)).transpose()?,
            table,
            tokenizer: Tokenizer::open(&mut host.word_piece, &file, vocabulary)?,
            weights: weights.into(),
            dims: file.d_out,
            fingerprint: file.fingerprint,
        })
    }

    /// Marks the vectors that come out.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub fn dims(&self) -> usize {
        self.dims
    }

    pub(crate) fn vocabulary(&self) -> usize {
        self.weights.len() + self.tokenizer.buckets
    }

    /// The tokens that have a row in the table.
    pub(crate) fn in_table(&self, tokens: &Sparse) -> Sparse {
        tokens.only(|id| ((id as usize) < self.table.rows).then_some(id))
    }

    /// Each token counted as often as the gate lets it, where there is one.
    pub(crate) fn weigh(&self, kernels: &mut Instance, tokens: Tokens) -> Result<Tokens> {
        match &self.gate {
            Some(gate) => gate.weigh(kernels, &self.weights, tokens),
            None => Ok(tokens),
        }
    }

    pub(crate) fn host(&self) -> u64 {
        self.host
    }

    /// Token ids of each text in reading order.
    pub fn token_ids(&self, host: &mut Host, texts: &[&str]) -> Result<Vec<Vec<u32>>> {
        host.check_mine(self.host)?;
        self.tokenizer.token_ids(&mut host.word_piece, texts)
    }

    /// The tokens of the texts, as adapters take them.
    pub fn tokenize(&self, host: &mut Host, texts: &[&str]) -> Result<Tokens> {
        Ok(Tokens::count(&self.token_ids(host, texts)?))
    }

    /// Base vectors of the texts: unit rows, zero for a text without any token.
    pub fn encode(&self, host: &mut Host, texts: &[&str]) -> Result<Matrix> {
        let tokens = self.tokenize(host, texts)?;
        self.encode_tokens(host, &tokens)
    }

    /// Base vectors of texts that were tokenized before.
    pub fn encode_tokens(&self, host: &mut Host, tokens: &Tokens) -> Result<Matrix> {
        host.check_mine(self.host)?;
        tokens.check(self.vocabulary())?;
        let n = tokens.texts();
        let mut out = Matrix::zeros(n, self.dims);
        for from in (0..n).step_by(BLOCK_ROWS) {
            let to = n.min(from + BLOCK_ROWS);
            let Tokens { offsets, ids, counts } = self.weigh(&mut host.kernels, tokens.cut(from, to))?;
            let mut weighted = self.in_table(&Sparse { offsets, ids, values: counts });
            for (id, value) in weighted.ids.iter().zip(&mut weighted.values) {
                *value *= self.weights[*id as usize];
            }
            let sums = self.table.bag(&mut host.kernels, &weighted)?;
            out.slice_mut(from, to).copy_from_slice(host.normalize(&sums)?.data());
        }
        Ok(out)
    }
}

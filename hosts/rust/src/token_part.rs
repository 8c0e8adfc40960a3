use crate::error::{Error, Result};
use crate::host_file::{HostFile, Numbers, TermFrequency};
use crate::instance::Instance;
use crate::sparse::{Sparse, Table};
use crate::tokens::Tokens;

/// The rows that an adapter has for tokens of its own.
pub(crate) struct TokenPart {
    pub table: Table,
    row_of: Vec<i32>,
    weights: Vec<f32>,
    term_frequency: TermFrequency,
}

impl TokenPart {
    pub fn read(kernels: &mut Instance, file: &HostFile) -> Result<Self> {
        let row_of: Vec<i32> = file.demand("row_of", Numbers::I32, None, Some(1))?.to_vec();
        let weights = file.demand("token_weights", Numbers::F32, Some(row_of.len()), Some(1))?.to_vec();
        file.demand("token_scales", Numbers::F32, None, Some(1))?;
        let table = Table::keep(kernels, file, ["token_rows", "token_scales"], None, file.d_out)?;
        let term_frequency =
            file.term_frequency.ok_or_else(|| Error::corrupt("token rows without a term frequency"))?;
        Ok(Self { table, row_of, weights, term_frequency })
    }

    pub fn vocabulary(&self) -> usize {
        self.row_of.len()
    }

    /// φ: weights·tf(count), to unit length over each text.
    pub fn features(&self, tokens: Tokens) -> Sparse {
        let mut s = Sparse { offsets: tokens.offsets, values: vec![0.0; tokens.ids.len()], ids: tokens.ids };
        for row in 0..s.rows() {
            let mut squares = 0.0;
            for e in s.entries(row) {
                let count = f64::from(tokens.counts[e]);
                let frequency = if self.term_frequency == TermFrequency::Log { count.ln_1p() } else { count };
                let value = f64::from(self.weights[s.ids[e] as usize]) * frequency;
                s.values[e] = value as f32;
                squares += value * value;
            }
            s.to_unit(row, squares);
        }
        s
    }

    pub fn with_row(&self, features: &Sparse) -> Sparse {
        features.only(|id| u32::try_from(self.row_of[id as usize]).ok())
    }

    pub fn without_row(&self, features: &Sparse) -> Sparse {
        features.only(|id| (self.row_of[id as usize] < 0).then_some(id))
    }
}

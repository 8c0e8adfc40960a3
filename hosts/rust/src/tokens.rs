use crate::error::{Code, Result, refuse};

/// Of each text its distinct token ids, ascending, and how often each occurs.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    pub(crate) offsets: Vec<u32>,
    pub(crate) ids: Vec<u32>,
    pub(crate) counts: Vec<f32>,
}

impl Tokens {
    /// From lists of token ids, one a text.
    pub fn count(lists: &[Vec<u32>]) -> Self {
        let mut tokens = Self { offsets: vec![0], ids: Vec::new(), counts: Vec::new() };
        for list in lists {
            let mut sorted = list.clone();
            sorted.sort_unstable();
            for run in sorted.chunk_by(|a, b| a == b) {
                tokens.ids.push(run[0]);
                tokens.counts.push(run.len() as f32);
            }
            tokens.offsets.push(tokens.ids.len() as u32);
        }
        tokens
    }

    /// How many texts they are of.
    pub fn texts(&self) -> usize {
        self.offsets.len() - 1
    }

    pub(crate) fn check(&self, vocabulary: usize) -> Result<()> {
        match self.ids.iter().find(|id| **id as usize >= vocabulary) {
            None => Ok(()),
            Some(id) => {
                let message =
                    format!("token id {id} is outside the vocabulary of {vocabulary}; use the student's own tokenizer");
                refuse(Code::ShapeMismatch, message)
            }
        }
    }

    pub(crate) fn cut(&self, from: usize, to: usize) -> Self {
        let (first, last) = (self.offsets[from], self.offsets[to]);
        let entries = first as usize..last as usize;
        Self {
            offsets: self.offsets[from..=to].iter().map(|offset| offset - first).collect(),
            ids: self.ids[entries.clone()].to_vec(),
            counts: self.counts[entries].to_vec(),
        }
    }
}

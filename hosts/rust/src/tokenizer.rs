use crate::error::{Code, Error, Result, refuse};
use crate::host::BLOCK_ROWS;
use crate::host_file::{HostFile, Numbers};
use crate::instance::Instance;

/// A vocabulary in the memory of a WordPiece instance.
#[derive(Clone, Copy)]
pub(crate) struct Tokenizer {
    /// Tokens beyond the table, of words and pairs of words.
    pub buckets: usize,
    model: usize,
    max_tokens: usize,
    max_bytes: usize,
}

impl Tokenizer {
    pub fn open(module: &mut Instance, file: &HostFile, vocabulary: usize) -> Result<Self> {
        let rules: Vec<u32> = file.demand("rules", Numbers::U32, Some(5), Some(1))?.to_vec();
        let [unknown, max_characters, flags, max_tokens, max_bytes] = [0, 1, 2, 3, 4].map(|i| rules[i] as usize);
        let mut keep = |name, numbers, rows| -> Result<(usize, usize)> {
            let bytes = file.demand(name, numbers, rows, Some(1))?.bytes;
            Ok((module.keep(bytes)?, bytes.len()))
        };
        let (texts, bytes) = keep("texts", Numbers::U8, None)?;
        let (offsets, _) = keep("offsets", Numbers::U32, Some(vocabulary + 1))?;
        let (kinds, _) = keep("kinds", Numbers::U8, Some(vocabulary))?;
        let (prefix, prefix_bytes) = keep("prefix", Numbers::U8, None)?;
        let size = module.call("wordpiece_bytes", &[kinds, vocabulary, max_characters].map(Into::into))?;
        let model = module.keep(&vec![0u8; size as usize])?;
        let vocabulary_args = [texts, bytes, offsets, kinds, vocabulary, prefix, prefix_bytes];
        let args: Vec<_> =
            vocabulary_args.into_iter().chain([unknown, max_characters, flags, model]).map(Into::into).collect();
        if size == 0 || module.call("wordpiece_open", &args)? != 1 {
            return Err(Error::corrupt(format!("the vocabulary of {vocabulary} tokens is not WordPiece's")));
        }
        let bits = flags >> 8;
        Ok(Self { buckets: if bits > 0 { 1 << bits } else { 0 }, model, max_tokens, max_bytes })
    }

    pub fn token_ids(&self, module: &mut Instance, texts: &[&str]) -> Result<Vec<Vec<u32>>> {
        if let Some(i) = texts.iter().position(|text| text.len() > self.max_bytes) {
            let message =
                format!("text {i} has {} bytes, at most {} are read; split it", texts[i].len(), self.max_bytes);
            return refuse(Code::TooLarge, message);
        }
        let mut lists = Vec::with_capacity(texts.len());
        for block in texts.chunks(BLOCK_ROWS) {
            self.block(module, block, &mut lists)?;
        }
        Ok(lists)
    }

    fn block(&self, module: &mut Instance, texts: &[&str], lists: &mut Vec<Vec<u32>>) -> Result<()> {
        let n = texts.len();
        let joined = texts.concat();
        let mut offsets = vec![0u32; n + 1];
        for (i, text) in texts.iter().enumerate() {
            offsets[i + 1] = offsets[i] + text.len() as u32;
        }
        let ids_per_token = if self.buckets > 0 { 3 } else { 1 }; // itself, its word's bucket and its pair's
        let room = ids_per_token * joined.len().min(n * self.max_tokens);
        let [starts, rows, ids, bytes] = module.scratch([4 * (n + 1), 4 * (n + 1), 4 * room, joined.len()])?;
        module.write(starts, &offsets);
        module.write(bytes, joined.as_bytes());
        let args = [self.model, bytes, joined.len(), starts, n, self.max_tokens, ids, room, rows];
        let found = module.call("wordpiece_encode", &args.map(Into::into))?;
        let mut all = vec![0u32; found as usize];
        module.read(ids, &mut all);
        module.read(rows, &mut offsets);
        lists.extend(offsets.windows(2).map(|pair| all[pair[0] as usize..pair[1] as usize].to_vec()));
        Ok(())
    }
}

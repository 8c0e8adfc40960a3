use crate::error::Result;
use crate::host::BLOCK_ROWS;
use crate::host_file::{HostFile, Numbers, Section};
use crate::instance::Instance;
use crate::sparse::{Sparse, Table};
use crate::tokens::Tokens;

/// Far below what a trained gate gives: a token that is there never vanishes.
const LEAST: f64 = 1.0 / (1 << 20) as f64;

/// How much a token counts by the text that it stands in: two tables, each with `dims` numbers for every token that has a row.
#[derive(Clone, Copy)]
pub(crate) struct Gate {
    context: usize,
    tokens: usize,
    rows: usize,
    dims: usize,
}

impl Gate {
    /// Takes every row of the student's table through both maps, once.
    pub fn read(kernels: &mut Instance, file: &HostFile, table: &Table) -> Result<Self> {
        let context = file.demand("gate_context", Numbers::F32, None, Some(file.d_out))?;
        let tokens = file.demand("gate_tokens", Numbers::F32, Some(context.rows), Some(file.d_out))?;
        Ok(Self {
            context: keep_through(kernels, table, context)?,
            tokens: keep_through(kernels, table, tokens)?,
            rows: table.rows,
            dims: context.rows,
        })
    }

    /// The same tokens, each counted as often as the gate lets it; docs/abi.md has the formula.
    pub fn weigh(&self, kernels: &mut Instance, weights: &[f32], tokens: Tokens) -> Result<Tokens> {
        let Tokens { offsets, ids, counts } = tokens;
        let mut all = Sparse { offsets, ids, values: counts };
        let z = self.dots(kernels, &self.context_features(weights, &all))?;
        let known = all.ids.iter().zip(&mut all.values).filter(|(id, _)| self.has_row(**id));
        for ((_, count), z) in known.zip(z) {
            *count = (f64::from(*count) * openness(f64::from(z))) as f32;
        }
        let Sparse { offsets, ids, values: counts } = all;
        Ok(Tokens { offsets, ids, counts })
    }

    fn has_row(&self, id: u32) -> bool {
        (id as usize) < self.rows
    }

    /// Weights × counts to unit length, of the tokens that have a row.
    fn context_features(&self, weights: &[f32], counts: &Sparse) -> Sparse {
        let mut s = counts.only(|id| self.has_row(id).then_some(id));
        for row in 0..s.rows() {
            let mut squares = 0.0;
            for e in s.entries(row) {
                s.values[e] *= weights[s.ids[e] as usize];
                squares += f64::from(s.values[e]) * f64::from(s.values[e]);
            }
            s.to_unit(row, squares);
        }
        s
    }

    /// For each entry the product of its token's row and the context of its text.
    fn dots(&self, kernels: &mut Instance, s: &Sparse) -> Result<Vec<f32>> {
        let Self { context, tokens, rows, dims } = *self;
        let mut z = vec![0.0; s.ids.len()];
        let [ids, offsets, values, sum] = s.place(kernels, dims + z.len())?;
        let out = sum + 4 * dims;
        let args = [context, tokens, rows, ids, values, offsets, z.len(), out, s.rows(), dims, sum];
        kernels.call("context_dots_f32", &args.map(Into::into))?;
        kernels.read(out, &mut z);
        Ok(z)
    }
}

/// Keeps the rows of a table times a map, stored transposed; the map itself does not stay.
fn keep_through(kernels: &mut Instance, table: &Table, map: Section) -> Result<usize> {
    let packing = kernels.call("gemm_scratch_bytes", &[])? as usize;
    let (rows, d, r) = (table.rows, map.dims, map.rows);
    let sizes = [4 * rows * r, map.bytes.len(), 4 * rows.min(BLOCK_ROWS) * d, packing];
    let [out, b, x, scratch] = kernels.scratch(sizes)?;
    kernels.write(b, map.bytes);
    for from in (0..rows).step_by(BLOCK_ROWS) {
        let to = rows.min(from + BLOCK_ROWS);
        let a = table.f32_rows(kernels, from..to, x)?;
        let args = [a, d, 1, b, 1, d, out + 4 * from * r, to - from, r, d, 0, scratch];
        kernels.call("gemm_f32", &args.map(Into::into))?;
    }
    kernels.free = b;
    Ok(out)
}

/// From 0 to 2, and 1 at 0; of NaN it is NaN.
fn openness(z: f64) -> f64 {
    (1.0 + z / (1.0 + z * z).sqrt()).clamp(LEAST, 2.0)
}

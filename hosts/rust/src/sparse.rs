use std::ops::Range;

use crate::error::Result;
use crate::host_file::{HostFile, Numbers};
use crate::instance::Instance;
use crate::matrix::Matrix;

/// Rows of weighted ids: row i has the entries `offsets[i]..offsets[i + 1]`.
#[derive(Default)]
pub(crate) struct Sparse {
    pub offsets: Vec<u32>,
    pub ids: Vec<u32>,
    pub values: Vec<f32>,
}

impl Sparse {
    /// Without values.
    pub fn of_lists(lists: &[&[u32]]) -> Self {
        let ids = lists.concat();
        let offsets = lists.iter().scan(0, |end, list| {
            *end += list.len() as u32;
            Some(*end)
        });
        Self { offsets: std::iter::once(0).chain(offsets).collect(), ids, values: Vec::new() }
    }

    pub fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn entries(&self, row: usize) -> Range<usize> {
        self.offsets[row] as usize..self.offsets[row + 1] as usize
    }

    /// The entries whose id has a place, under that.
    pub fn only(&self, place: impl Fn(u32) -> Option<u32>) -> Self {
        let mut kept = Self { offsets: vec![0], ..Self::default() };
        for row in 0..self.rows() {
            for e in self.entries(row) {
                if let Some(id) = place(self.ids[e]) {
                    kept.ids.push(id);
                    kept.values.push(self.values[e]);
                }
            }
            kept.offsets.push(kept.ids.len() as u32);
        }
        kept
    }

    /// Takes a row whose squares have that sum to unit length; a sum of 0 leaves it.
    pub fn to_unit(&mut self, row: usize, squares: f64) {
        if squares > 0.0 {
            let scale = 1.0 / squares.sqrt();
            for e in self.entries(row) {
                self.values[e] = (f64::from(self.values[e]) * scale) as f32;
            }
        }
    }

    /// Writes ids, offsets and values into scratch, with room for so many f32 after them.
    pub fn place(&self, kernels: &mut Instance, room: usize) -> Result<[usize; 4]> {
        let sizes = [self.ids.len(), self.offsets.len(), self.values.len(), room];
        let at = kernels.scratch(sizes.map(|numbers| 4 * numbers))?;
        kernels.write(at[0], &self.ids);
        kernels.write(at[1], &self.offsets);
        kernels.write(at[2], &self.values);
        Ok(at)
    }
}

/// Rows in memory: f32, or int8 with scales.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    at: usize,
    scales: Option<usize>,
    pub rows: usize,
    dims: usize,
}

impl Table {
    /// int8 rows where there are scales, else f32.
    pub fn keep(
        kernels: &mut Instance,
        file: &HostFile,
        names: [&str; 2],
        rows: Option<usize>,
        dims: usize,
    ) -> Result<Self> {
        let scales = file.take(names[1], Numbers::F32, rows, Some(1))?;
        let numbers = if scales.is_some() { Numbers::I8 } else { Numbers::F32 };
        let count = scales.as_ref().map(|scales| scales.rows).or(rows);
        let table = file.demand(names[0], numbers, count, Some(dims))?;
        let at = kernels.keep(table.bytes)?;
        let scales = scales.map(|scales| kernels.keep(scales.bytes)).transpose()?;
        Ok(Self { at, scales, rows: table.rows, dims })
    }

    /// The address of some of the rows as f32: int8 rows are written to `x`.
    pub fn f32_rows(&self, kernels: &mut Instance, rows: Range<usize>, x: usize) -> Result<usize> {
        let first = rows.start * self.dims;
        let Some(scales) = self.scales else { return Ok(self.at + 4 * first) };
        let args = [self.at + first, scales + 4 * rows.start, x, rows.len(), self.dims];
        kernels.call("dequantize_i8", &args.map(Into::into))?;
        Ok(x)
    }

    /// Sums the rows that each sparse row names. Not normalised.
    pub fn bag(&self, kernels: &mut Instance, s: &Sparse) -> Result<Matrix> {
        let mut out = Matrix::zeros(s.rows(), self.dims);
        let [ids, offsets, values, y] = s.place(kernels, out.data().len())?;
        let tail = [self.rows, ids, values, offsets, s.ids.len(), y, s.rows(), self.dims];
        match self.scales {
            None => kernels.call("embedding_bag_f32", &prepend([self.at], tail))?,
            Some(scales) => kernels.call("embedding_bag_i8", &prepend([self.at, scales], tail))?,
        };
        kernels.read(y, out.data_mut());
        Ok(out)
    }
}

fn prepend<const N: usize>(head: [usize; N], tail: [usize; 8]) -> Vec<crate::instance::Arg> {
    head.into_iter().chain(tail).map(Into::into).collect()
}

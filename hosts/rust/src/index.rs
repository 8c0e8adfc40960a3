use crate::error::{Code, Result, refuse};
use crate::host::{BLOCK_ROWS, Host};
use crate::matrix::Matrix;
use crate::sparse::Sparse;

/// A matrix that stays in the memory of its host for as long as that lives.
pub struct Index {
    host: u64,
    at: usize,
    rows: usize,
    dims: usize,
}

/// The k best rows of each query, best first; ties by the lower row.
pub struct Found {
    pub queries: usize,
    pub k: usize,
    pub rows: Vec<u32>,
    pub scores: Vec<f32>,
}

impl Index {
    pub(crate) fn hold(host: &mut Host, x: &Matrix) -> Result<Self> {
        Ok(Self { host: host.id(), at: host.kernels.keep(x.data())?, rows: x.rows(), dims: x.dims() })
    }

    /// Exact inner-product search. Fewer than k rows: `k` of the result is the row count.
    pub fn top_k(&self, host: &mut Host, queries: &Matrix, k: usize) -> Result<Found> {
        host.check_mine(self.host)?;
        if queries.dims() != self.dims {
            let message = format!("the index has d={}, got queries with d={}", self.dims, queries.dims());
            return refuse(Code::ShapeMismatch, message);
        }
        let (k, n) = (k.min(self.rows), queries.rows());
        let mut found = Found { queries: n, k, rows: vec![0; n * k], scores: vec![0.0; n * k] };
        for from in (0..if k > 0 { n } else { 0 }).step_by(BLOCK_ROWS) {
            let to = n.min(from + BLOCK_ROWS);
            let place = from * k..to * k;
            let (rows, scores) = (&mut found.rows[place.clone()], &mut found.scores[place]);
            self.search(host, queries.slice(from, to), k, rows, scores)?;
        }
        Ok(found)
    }

    fn search(&self, host: &mut Host, queries: &[f32], k: usize, rows: &mut [u32], scores: &mut [f32]) -> Result<()> {
        let (kernels, n) = (&mut host.kernels, rows.len() / k);
        let [q, keys, sizes, aside, best, values] =
            kernels.scratch([4 * queries.len(), 8 * n * k, 4 * n, 32, 4 * n * k, 4 * n * k])?;
        kernels.write(q, queries);
        kernels.write(sizes, &vec![0u32; n]);
        let search = [self.at, self.rows, self.dims, 0, q, n, k, keys, sizes, aside].map(Into::into);
        kernels.call("top_k_f32", &search)?;
        kernels.call("top_k_finish", &[keys, sizes, n, k, best, values].map(Into::into))?;
        kernels.read(best, rows);
        kernels.read(values, scores);
        Ok(())
    }

    /// The mean of the rows that each set names; an empty set gives a zero row.
    pub fn centroid(&self, host: &mut Host, sets: &[&[u32]]) -> Result<Matrix> {
        host.check_mine(self.host)?;
        let lists = Sparse::of_lists(sets);
        if let Some(id) = lists.ids.iter().find(|id| **id as usize >= self.rows) {
            return refuse(Code::ShapeMismatch, format!("row {id} is outside of an index of {}", self.rows));
        }
        let mut out = Matrix::zeros(sets.len(), self.dims);
        let [ids, offsets, _, y] = lists.place(&mut host.kernels, out.data().len())?;
        let args = [self.at, self.rows, ids, offsets, lists.ids.len(), y, sets.len(), self.dims];
        host.kernels.call("centroid_f32", &args.map(Into::into))?;
        host.kernels.read(y, out.data_mut());
        Ok(out)
    }
}

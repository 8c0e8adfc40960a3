use crate::error::{Error, Result};
use crate::host_file::{HostFile, Numbers};
use crate::instance::Instance;
use crate::matrix::Matrix;

/// A resident map, stored transposed: a row an output.
pub(crate) struct Linear {
    at: usize,
    pub d_out: usize,
    d_in: usize,
}

impl Linear {
    pub fn take(
        kernels: &mut Instance,
        file: &HostFile,
        name: &str,
        d_out: Option<usize>,
        d_in: usize,
    ) -> Result<Option<Self>> {
        let Some(section) = file.take(name, Numbers::F32, d_out, Some(d_in))? else { return Ok(None) };
        Ok(Some(Self { at: kernels.keep(section.bytes)?, d_out: section.rows, d_in }))
    }

    pub fn demand(
        kernels: &mut Instance,
        file: &HostFile,
        name: &str,
        d_out: Option<usize>,
        d_in: usize,
    ) -> Result<Self> {
        Self::take(kernels, file, name, d_out, d_in)?.ok_or_else(|| Error::corrupt(format!("no section {name}")))
    }

    /// x·map.
    pub fn apply(&self, kernels: &mut Instance, x: &Matrix) -> Result<Matrix> {
        let Self { at, d_out, d_in } = *self;
        let n = x.rows();
        let mut y = Matrix::zeros(n, d_out);
        let packing = if n > 1 { kernels.call("gemm_scratch_bytes", &[])? as usize } else { 0 };
        let [a, c, scratch] = kernels.scratch([4 * x.data().len(), 4 * y.data().len(), packing])?;
        kernels.write(a, x.data());
        if n == 1 {
            kernels.call("gemv_f32", &[at, a, c, d_out, d_in].map(Into::into))?;
        } else {
            let args = [a, d_in, 1, at, 1, d_in, c, n, d_out, d_in, 0, scratch];
            kernels.call("gemm_f32", &args.map(Into::into))?;
        }
        kernels.read(c, y.data_mut());
        Ok(y)
    }
}

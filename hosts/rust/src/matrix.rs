use crate::error::{Code, Result, refuse};

/// n rows of `dims` numbers, row-major.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    rows: usize,
    dims: usize,
    data: Vec<f32>,
}

impl Matrix {
    /// Refuses data of another length than `rows * dims`.
    pub fn new(rows: usize, dims: usize, data: Vec<f32>) -> Result<Self> {
        if data.len() != rows * dims {
            let message = format!("a {rows} × {dims} matrix needs {} numbers, got {}", rows * dims, data.len());
            return refuse(Code::ShapeMismatch, message);
        }
        Ok(Self { rows, dims, data })
    }

    pub fn zeros(rows: usize, dims: usize) -> Self {
        Self { rows, dims, data: vec![0.0; rows * dims] }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn dims(&self) -> usize {
        self.dims
    }

    pub fn data(&self) -> &[f32] {
        &self.data
    }

    pub fn row(&self, i: usize) -> &[f32] {
        self.slice(i, i + 1)
    }

    pub(crate) fn slice(&self, from: usize, to: usize) -> &[f32] {
        &self.data[from * self.dims..to * self.dims]
    }

    pub(crate) fn slice_mut(&mut self, from: usize, to: usize) -> &mut [f32] {
        &mut self.data[from * self.dims..to * self.dims]
    }

    pub(crate) fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    pub(crate) fn block(&self, from: usize, to: usize) -> Self {
        Self { rows: to - from, dims: self.dims, data: self.slice(from, to).to_vec() }
    }

    pub(crate) fn check_finite(&self, what: &str) -> Result<()> {
        match self.data.iter().position(|v| !v.is_finite()) {
            None => Ok(()),
            Some(at) => {
                let (row, column, value) = (at / self.dims, at % self.dims, self.data[at]);
                let message = format!("{what}: row {row}, column {column} is {value}; every number must be finite");
                refuse(Code::NotFinite, message)
            }
        }
    }
}

use std::sync::atomic::{AtomicU64, Ordering};

use crate::adapter::Adapter;
use crate::error::{Code, Result, refuse};
use crate::index::Index;
use crate::instance::{Arg, Instance};
use crate::matrix::Matrix;
use crate::modules::Modules;
use crate::student::Student;

/// Rows that pass through a module at a time: bounds its memory, whatever the batch.
pub(crate) const BLOCK_ROWS: usize = 1024;

static HOSTS: AtomicU64 = AtomicU64::new(0);

/// One instance of each module, with memory of its own. It serves one call at a time, as `&mut` says: open one a thread.
pub struct Host {
    pub(crate) kernels: Instance,
    pub(crate) word_piece: Instance,
    id: u64,
}

impl Host {
    pub(crate) fn open(modules: &Modules) -> Result<Self> {
        let Modules { engine, kernels, word_piece } = modules;
        let kernels = Instance::open("kernels", engine, kernels)?;
        let word_piece = Instance::open("WordPiece", engine, word_piece)?;
        Ok(Self { kernels, word_piece, id: HOSTS.fetch_add(1, Ordering::Relaxed) })
    }

    /// Size of both memories.
    pub fn memory_bytes(&self) -> usize {
        self.kernels.memory_bytes() + self.word_piece.memory_bytes()
    }

    /// Reads the host file of a student.
    pub fn open_student(&mut self, file: &[u8]) -> Result<Student> {
        self.undone_on_failure(|host| Student::open(host, file))
    }

    /// Reads the host file of an adapter. A lexical one needs its student, and a residual one whose
    /// student has a context gate; others, where they are given texts.
    pub fn open_adapter(&mut self, file: &[u8], student: Option<&Student>) -> Result<Adapter> {
        self.undone_on_failure(|host| Adapter::open(host, file, student))
    }

    /// Copies rows into the memory of the host, to be searched.
    pub fn hold(&mut self, rows: &Matrix) -> Result<Index> {
        Index::hold(self, rows)
    }

    /// Rows at unit length; a zero row stays zero.
    pub fn normalize(&mut self, x: &Matrix) -> Result<Matrix> {
        self.map_rows([x], |kernels, [x], shape| kernels.call("normalize_f32", &[x, x, shape[0], shape[1]]))
    }

    /// normalise(x + η·(x − c)/‖x − c‖), one centre a row.
    pub fn push(&mut self, x: &Matrix, centres: &Matrix, eta: f32) -> Result<Matrix> {
        self.map_rows([x, centres], |kernels, [x, c], shape| {
            kernels.call("homeostatic_push_f32", &[x, c, x, shape[0], shape[1], Arg::Float(eta)])
        })
    }

    /// normalise((1 − α)·x + α·t), and how many rows vanished: those are normalise(x).
    pub fn blend(&mut self, x: &Matrix, t: &Matrix, alpha: f32) -> Result<(Matrix, usize)> {
        let mut vanished = 0;
        let blended = self.map_rows([x, t], |kernels, [x, t], shape| {
            let rows = kernels.call("blend_f32", &[x, t, x, shape[0], shape[1], Arg::Float(alpha)])?;
            vanished += rows as usize;
            Ok(rows)
        })?;
        Ok((blended, vanished))
    }

    /// Where it fails, what it has placed in memory does not stay.
    fn undone_on_failure<T>(&mut self, open: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = (self.kernels.free, self.word_piece.free);
        let opened = open(self);
        if opened.is_err() {
            (self.kernels.free, self.word_piece.free) = before;
        }
        opened
    }

    /// What was opened by another host lies in another memory.
    pub(crate) fn check_mine(&self, id: u64) -> Result<()> {
        if id != self.id {
            return refuse(Code::InvalidInput, "it was opened by another host; open it with the one that uses it");
        }
        Ok(())
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Runs a kernel that writes its output over its first input, a block of rows at a time.
    fn map_rows<const N: usize>(
        &mut self,
        inputs: [&Matrix; N],
        mut run: impl FnMut(&mut Instance, [Arg; N], [Arg; 2]) -> Result<u32>,
    ) -> Result<Matrix> {
        let (rows, dims) = (inputs[0].rows(), inputs[0].dims());
        for x in inputs {
            if (x.rows(), x.dims()) != (rows, dims) {
                let message = format!("both need the same shape, got {rows} × {dims} and {} × {}", x.rows(), x.dims());
                return refuse(Code::ShapeMismatch, message);
            }
        }
        let mut out = Matrix::zeros(rows, dims);
        let at = self.kernels.scratch([4 * rows.min(BLOCK_ROWS) * dims; N])?;
        for from in (0..rows).step_by(BLOCK_ROWS) {
            let to = rows.min(from + BLOCK_ROWS);
            for (place, x) in at.iter().zip(inputs) {
                self.kernels.write(*place, x.slice(from, to));
            }
            run(&mut self.kernels, at.map(Arg::Int), [(to - from).into(), dims.into()])?;
            self.kernels.read(at[0], out.slice_mut(from, to));
        }
        Ok(out)
    }
}

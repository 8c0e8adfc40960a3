use crate::error::{Code, Error, Result, refuse};
use crate::host::{BLOCK_ROWS, Host};
use crate::host_file::{Content, HostFile, Kind, Numbers, OutputSpace};
use crate::linear::Linear;
use crate::matrix::Matrix;
use crate::student::Student;
use crate::token_part::TokenPart;
use crate::tokens::Tokens;

/// A learned map in the memory of its host: corrected vector = normalise(A(input)).
pub struct Adapter {
    host: u64,
    kind: Kind,
    output_space: OutputSpace,
    base_fingerprint: String,
    fingerprint: String,
    d_in: usize,
    d_out: usize,
    student: Option<Student>,
    linear: Option<Linear>,
    hidden: Option<Hidden>,
    bias: Option<Vec<f32>>,
    tokens: Option<TokenPart>,
}

struct Hidden {
    into: Linear,
    bias: Option<Vec<f32>>,
    out: Linear,
}

/// What a caller has of some texts: base vectors, tokens, or both. Tokens are counted as they occur: where the student has a context
/// gate, the adapter has it weigh them.
#[derive(Default, Clone, Copy)]
pub struct Input<'a> {
    pub vectors: Option<&'a Matrix>,
    pub tokens: Option<&'a Tokens>,
}

impl Adapter {
    pub(crate) fn open(host: &mut Host, file: &[u8], student: Option<&Student>) -> Result<Self> {
        let file = HostFile::read(file, &[Content::Adapter, Content::GatedAdapter])?;
        if let Some(student) = student {
            host.check_mine(student.host())?;
            if student.fingerprint() != file.base_fingerprint {
                let (wanted, got) = (&file.base_fingerprint[..12], student.fingerprint());
                let message =
                    format!("the adapter was fitted for student {wanted}…, this one is {got:.12}…; use that student");
                return refuse(Code::AdapterWrongModel, message);
            }
        }
        let (kind, d_in, d_out) = (file.kind, file.d_in, file.d_out);
        let needs_tokens = matches!(kind, Kind::Lexical | Kind::Residual);
        if file.content == Content::GatedAdapter && needs_tokens && student.is_none() {
            let fitted_for = &file.base_fingerprint[..12];
            let message = format!(
                "the student {fitted_for}… of the {kind:?} adapter weighs tokens by their text; open it with that student"
            );
            return refuse(Code::AdapterWrongModel, message);
        }
        let kernels = &mut host.kernels;
        let linear = Linear::take(kernels, &file, "map", Some(d_out), d_in)?;
        if linear.is_none() && d_in != d_out {
            return Err(Error::corrupt(format!("without a map, {d_in} numbers in cannot be {d_out} out")));
        }
        let list = |name, length| file.take(name, Numbers::F32, Some(length), Some(1)).map(|s| s.map(|s| s.to_vec()));
        let hidden = match kind {
            Kind::Lowrank | Kind::Mlp => {
                let into = Linear::demand(kernels, &file, "into", None, d_in)?;
                let bias = list("into_bias", into.d_out)?;
                Some(Hidden { out: Linear::demand(kernels, &file, "out", Some(d_out), into.d_out)?, into, bias })
            }
            _ => None,
        };
        let bias = list("bias", d_out)?;
        let tokens = needs_tokens.then(|| TokenPart::read(kernels, &file)).transpose()?;
        let opened = Self {
            host: host.id(),
            kind,
            output_space: file.output_space,
            base_fingerprint: file.base_fingerprint,
            fingerprint: file.fingerprint,
            d_in,
            d_out,
            student: student.cloned(),
            linear,
            hidden,
            bias,
            tokens,
        };
        opened.check_table()?;
        Ok(opened)
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn output_space(&self) -> OutputSpace {
        self.output_space
    }

    /// Of the student it was fitted for.
    pub fn base_fingerprint(&self) -> &str {
        &self.base_fingerprint
    }

    /// Marks the vectors that come out.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub fn d_in(&self) -> usize {
        self.d_in
    }

    pub fn d_out(&self) -> usize {
        self.d_out
    }

    /// Tokenizes, encodes and corrects.
    pub fn correct_texts(&self, host: &mut Host, texts: &[&str]) -> Result<Matrix> {
        let Some(student) = &self.student else {
            return refuse(
                Code::InvalidInput,
                "the adapter was opened without a student; give vectors or tokens to correct",
            );
        };
        let tokens = student.tokenize(host, texts)?;
        let vectors = self.needs_vectors().then(|| student.encode_tokens(host, &tokens)).transpose()?;
        self.correct(host, Input { vectors: vectors.as_ref(), tokens: Some(&tokens) })
    }

    /// Unit rows, or exactly zero for a zero input.
    pub fn correct(&self, host: &mut Host, input: Input) -> Result<Matrix> {
        host.check_mine(self.host)?;
        let vectors = self.check_vectors(input)?;
        let tokens = self.check_tokens(input)?;
        let n = vectors.map_or_else(|| tokens.map_or(0, Tokens::texts), Matrix::rows);
        if tokens.is_some_and(|tokens| tokens.texts() != n) {
            return refuse(
                Code::ShapeMismatch,
                format!("{n} vectors and the tokens of other texts; give both of the same texts"),
            );
        }
        let mut out = Matrix::zeros(n, self.d_out);
        for from in (0..n).step_by(BLOCK_ROWS) {
            let to = n.min(from + BLOCK_ROWS);
            let block = self.step(
                host,
                vectors.map(|x| x.block(from, to)),
                tokens.map(|tokens| tokens.cut(from, to)),
                to - from,
            )?;
            out.slice_mut(from, to).copy_from_slice(block.data());
        }
        out.check_finite("corrected vectors")?;
        Ok(out)
    }

    /// One block; the terms are added in the order of docs/abi.md.
    fn step(&self, host: &mut Host, x: Option<Matrix>, tokens: Option<Tokens>, n: usize) -> Result<Matrix> {
        let kernels = &mut host.kernels;
        let tokens = match (&self.student, tokens) {
            (Some(student), Some(tokens)) => Some(student.weigh(kernels, tokens)?),
            (_, tokens) => tokens,
        };
        let part = self.tokens.as_ref().zip(tokens).map(|(part, tokens)| (part, part.features(tokens)));
        let prior = match (&part, &self.student, self.kind) {
            (Some((part, features)), Some(student), Kind::Lexical) => {
                let rest = student.in_table(&part.without_row(features));
                (!rest.ids.is_empty()).then(|| student.table.bag(kernels, &rest)).transpose()?
            }
            _ => None,
        };
        let mut terms: Vec<Matrix> = Vec::new();
        if let Some(base) = prior.as_ref().or(x.as_ref()) {
            terms.push(self.linear.as_ref().map_or_else(|| Ok(base.clone()), |map| map.apply(kernels, base))?);
            if let Some(Hidden { into, bias, out }) = &self.hidden {
                let mut hidden = into.apply(kernels, base)?;
                if let Some(bias) = bias {
                    add_bias(&mut hidden, bias);
                    hidden.data_mut().iter_mut().for_each(|v| *v = v.max(0.0));
                }
                terms.push(out.apply(kernels, &hidden)?);
            }
        }
        if let Some((part, features)) = &part {
            let known = part.with_row(features);
            if !known.ids.is_empty() {
                terms.push(part.table.bag(kernels, &known)?);
            }
        }
        let mut y = terms.into_iter().reduce(sum).unwrap_or_else(|| Matrix::zeros(n, self.d_out));
        if let Some(bias) = &self.bias {
            add_bias(&mut y, bias);
        }
        let mut unit = host.normalize(&y)?;
        let is_zero = |values: &[f32]| values.iter().all(|v| *v == 0.0);
        for i in 0..n {
            let no_vector = x.as_ref().is_none_or(|x| is_zero(x.row(i)));
            let no_features = part.as_ref().is_none_or(|(_, features)| is_zero(&features.values[features.entries(i)]));
            if no_vector && no_features {
                unit.slice_mut(i, i + 1).fill(0.0);
            }
        }
        Ok(unit)
    }

    fn needs_vectors(&self) -> bool {
        self.kind != Kind::Lexical
    }

    fn check_table(&self) -> Result<()> {
        let Some(part) = self.tokens.as_ref().filter(|_| self.kind == Kind::Lexical) else { return Ok(()) };
        let wanted = (part.vocabulary(), self.d_in);
        if self.student.as_ref().is_some_and(|student| (student.vocabulary(), student.dims()) == wanted) {
            return Ok(());
        }
        let message = format!(
            "the lexical adapter falls back on a student's token table of {wanted:?}; open it with that student"
        );
        refuse(Code::AdapterWrongModel, message)
    }

    fn check_vectors<'a>(&self, input: Input<'a>) -> Result<Option<&'a Matrix>> {
        match input.vectors {
            _ if !self.needs_vectors() => Ok(None),
            None => {
                let message =
                    format!("the {:?} adapter needs base vectors, got none; encode the texts first", self.kind);
                refuse(Code::InvalidInput, message)
            }
            Some(x) if x.dims() != self.d_in => {
                let message = format!(
                    "adapter expects d={}, got vectors with d={}; fit it again for this model",
                    self.d_in,
                    x.dims()
                );
                refuse(Code::ShapeMismatch, message)
            }
            Some(x) => x.check_finite("vectors to correct").map(|()| Some(x)),
        }
    }

    fn check_tokens<'a>(&self, input: Input<'a>) -> Result<Option<&'a Tokens>> {
        let Some(part) = &self.tokens else { return Ok(None) };
        let Some(tokens) = input.tokens else {
            let message =
                format!("the {:?} adapter needs the texts' tokens, got vectors alone; give the texts", self.kind);
            return refuse(Code::TextRequired, message);
        };
        tokens.check(part.vocabulary())?;
        Ok(Some(tokens))
    }
}

fn sum(mut total: Matrix, term: Matrix) -> Matrix {
    total.data_mut().iter_mut().zip(term.data()).for_each(|(y, v)| *y += v);
    total
}

fn add_bias(y: &mut Matrix, bias: &[f32]) {
    y.data_mut().chunks_exact_mut(bias.len()).for_each(|row| row.iter_mut().zip(bias).for_each(|(y, b)| *y += b));
}

// Candidates that the gate is asked about, good ones and bad ones on purpose: what to distil, and what is spoilt.
import type { AdapterParts, TokenPart } from '../src/adapter/parts.ts';
import type { Choice } from '../src/distil/choice.ts';
import type { DistilOptions } from '../src/distil/distil-options.ts';
import type { Kernels } from '../src/kernels/kernels.ts';
import { type Matrix, matrix, pickRows } from '../src/matrix.ts';
import { random } from '../src/random.ts';

export interface GateCandidate {
  readonly name: string;
  readonly options: Pick<DistilOptions, 'adapter' | 'mode' | 'alpha' | 'push' | 'space' | 'dims'>;
  readonly choice?: Partial<Choice>;
  /** So many documents are given, chosen by the seed; all of the collection is searched afterwards. */
  readonly documents?: number;
  /** Spoils the teacher's vectors, for the fit and the gate alike. */
  readonly teacher?: (T: Matrix, seed: number) => Matrix;
  /** Spoils what was fitted. */
  readonly parts?: (parts: AdapterParts, seed: number) => AdapterParts;
}

const lexical = { adapter: 'lexical' } as const;
const affine = { adapter: 'affine' } as const;
const residual = { adapter: 'residual' } as const;

/** What both kinds of student get: a map of vectors. */
const maps: readonly GateCandidate[] = [
  { name: 'affine', options: affine },
  { name: 'affine, bias', options: affine, choice: { intercept: true } },
  { name: 'affine, student’s space', options: { ...affine, space: 'student' } },
  { name: 'affine, λ 1e-5', options: affine, choice: { ridge: 1e-5 } },
  { name: 'affine, λ 100', options: affine, choice: { ridge: 100 } },
  { name: 'affine, 8 dims', options: { ...affine, dims: 8 } },
  { name: 'affine, 32 dims', options: { ...affine, dims: 32 } },
  { name: 'affine, 200 documents', options: affine, documents: 200 },
  { name: 'affine, 200 documents, λ 1e-5', options: affine, choice: { ridge: 1e-5 }, documents: 200 },
  { name: 'affine, hybrid α .5', options: { ...affine, mode: 'hybrid', alpha: 0.5 } },
  { name: 'affine, baseline η .1', options: { ...affine, mode: 'baseline' } },
  { name: 'affine, baseline η 1', options: { ...affine, mode: 'baseline', push: 1 } },
  { name: 'orthogonal', options: { adapter: 'orthogonal' } },
  { name: 'affine, teacher shuffled', options: affine, teacher: shuffled(1) },
  { name: 'affine, half of the teacher shuffled', options: affine, teacher: shuffled(0.5) },
  { name: 'affine, noise in the map', options: affine, parts: noisyMap(1) },
  { name: 'residual', options: residual },
  { name: 'residual, λ 10', options: residual, choice: { lambda: 10 } },
  { name: 'residual, sif-idf-log', options: residual, choice: { weighting: 'sif-idf-log' } },
  { name: 'residual, 300 documents', options: residual, documents: 300 },
];

/** What only a student that is a token table gets. */
const tables: readonly GateCandidate[] = [
  { name: 'lexical', options: lexical },
  { name: 'lexical, no prior', options: lexical, choice: { prior: false } },
  { name: 'lexical, sif', options: lexical, choice: { weighting: 'sif', prior: true } },
  { name: 'lexical, sif-idf-log', options: lexical, choice: { weighting: 'sif-idf-log', prior: false } },
  { name: 'lexical, λ 100', options: lexical, choice: { lambda: 100, prior: false } },
  { name: 'lexical, λ .001', options: lexical, choice: { lambda: 0.001 } },
  { name: 'lexical, 150 documents', options: lexical, choice: { prior: true }, documents: 150 },
  { name: 'lexical, 150 documents, no prior', options: lexical, choice: { prior: false }, documents: 150 },
  { name: 'lexical, 400 documents', options: lexical, choice: { prior: true }, documents: 400 },
  { name: 'lexical, 400 documents, no prior', options: lexical, choice: { prior: false }, documents: 400 },
  { name: 'lexical, 16 dims', options: { ...lexical, dims: 16 } },
  { name: 'lexical, 64 dims', options: { ...lexical, dims: 64 } },
  { name: 'lexical, hybrid α .25', options: { ...lexical, mode: 'hybrid', alpha: 0.25 } },
  { name: 'lexical, hybrid α .75', options: { ...lexical, mode: 'hybrid', alpha: 0.75 } },
  { name: 'lexical, baseline η .1', options: { ...lexical, mode: 'baseline' } },
  { name: 'lexical, baseline η 1', options: { ...lexical, mode: 'baseline', push: 1 } },
  { name: 'lexical, noise in the rows × .5', options: lexical, parts: noisyRows(0.5) },
  { name: 'lexical, noise in the rows × 2', options: lexical, parts: noisyRows(2) },
  { name: 'lexical, all tokens weigh the same', options: lexical, parts: weighted(() => 1) },
  { name: 'lexical, frequent tokens weigh most', options: lexical, parts: weighted((w) => 1 / Math.max(w, 1e-3)) },
  { name: 'lexical, teacher shuffled', options: lexical, teacher: shuffled(1) },
  { name: 'lexical, half of the teacher shuffled', options: lexical, teacher: shuffled(0.5) },
  { name: 'lexical, a tenth of the teacher shuffled', options: lexical, teacher: shuffled(0.1) },
  { name: 'lexical, teacher of 8 dims', options: lexical, teacher: firstDims(8) },
  { name: 'lexical, teacher of 32 dims', options: lexical, teacher: firstDims(32) },
  { name: 'lexical, noisy teacher', options: lexical, teacher: noisy(1.5) },
];

export function gateCandidates(hasTable: boolean): readonly GateCandidate[] {
  return hasTable ? [...tables, ...maps] : maps;
}

/** A share of the rows changes places. */
function shuffled(share: number) {
  return (T: Matrix, seed: number) => {
    const generator = random(seed);
    const moved = generator.shuffle(Array.from({ length: T.rows }, (_, i) => i)).slice(0, Math.round(share * T.rows));
    const order = Array.from({ length: T.rows }, (_, i) => i);
    moved.forEach((row, i) => {
      order[row] = moved[(i + 1) % moved.length]!;
    });
    return pickRows(T, order);
  };
}

/** A teacher that only has its first coordinates: it knows less than its name says. */
function firstDims(dims: number) {
  return (T: Matrix) =>
    matrix(
      T.rows,
      T.dims,
      T.data.map((x, e) => (e % T.dims < dims ? x : 0)),
    );
}

/** Unit rows plus noise of the length given. */
function noisy(length: number) {
  return (T: Matrix, seed: number) => {
    const { normal } = random(seed);
    return matrix(
      T.rows,
      T.dims,
      T.data.map((x) => x + (length * normal()) / Math.sqrt(T.dims)),
    );
  };
}

function noisyMap(times: number) {
  return (parts: AdapterParts, seed: number): AdapterParts => {
    const { normal } = random(seed);
    const { rows, dims, data } = parts.map!;
    const size = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
    return {
      ...parts,
      map: matrix(
        rows,
        dims,
        data.map((x) => x + times * size * normal()),
      ),
    };
  };
}

function noisyRows(times: number) {
  return withTokens((tokens, seed) => {
    const { normal } = random(seed);
    const { data } = tokens.rows;
    const size = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
    const noise = data.map((x) => Math.max(-127, Math.min(127, Math.round(x + times * size * normal()))));
    return { ...tokens, rows: { ...tokens.rows, data: noise } };
  });
}

function weighted(weight: (own: number) => number) {
  return withTokens((tokens) => ({ ...tokens, weights: tokens.weights.map(weight) }));
}

function withTokens(change: (tokens: TokenPart, seed: number) => TokenPart) {
  return (parts: AdapterParts, seed: number): AdapterParts => ({ ...parts, tokens: change(parts.tokens!, seed) });
}

/** Unit rows, as encoders give them. */
export function spoilt(candidate: GateCandidate, kernels: Kernels, T: Matrix, seed: number): Matrix {
  return candidate.teacher ? kernels.normalize(candidate.teacher(T, seed)) : T;
}

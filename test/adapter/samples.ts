import type { AdapterInput } from '../../src/adapter/adapter.ts';
import type { AdapterCard, AdapterKind } from '../../src/adapter/card.ts';
import { needsOf } from '../../src/adapter/check-parts.ts';
import type { AdapterParts, HiddenPart, TokenPart } from '../../src/adapter/parts.ts';
import { quantise } from '../../src/adapter/quantise.ts';
import { config } from '../../src/config.ts';
import type { StaticTable } from '../../src/encode/static-table.ts';
import { type Matrix, matrix } from '../../src/matrix.ts';
import { type Random, random } from '../../src/random.ts';
import { tokenBags } from '../../src/token-bags.ts';

export interface Sample {
  readonly parts: AdapterParts;
  readonly card: AdapterCard;
  readonly encoder: { readonly baseFingerprint: string; readonly table?: StaticTable };
  /** Vectors and tokens of n texts; the first one is empty (a zero vector, no token). */
  input(n: number): Required<AdapterInput>;
}

export interface SampleOptions {
  readonly dIn?: number;
  readonly dOut?: number;
  readonly vocabulary?: number;
  /** How many of the vocabulary are word buckets, which no table has rows for. */
  readonly wordBuckets?: number;
  /** Share of the tokens that have a row. */
  readonly known?: number;
  readonly int8Table?: boolean;
  readonly bias?: boolean;
  readonly map?: boolean;
  readonly teacher?: 'map' | 'mean' | 'none';
}

/** A made-up adapter of this kind and texts for it; the same seed gives the same. */
export function sample(kind: AdapterKind, seed: number, options: SampleOptions = {}): Sample {
  const numbers = random(seed);
  const needs = needsOf[kind];
  const dOut = options.dOut ?? 12;
  const square = kind === 'identity' || options.map === false;
  const dIn = square || kind === 'orthogonal' ? dOut : (options.dIn ?? 10);
  const vocabulary = options.vocabulary ?? 40;
  const map = square ? null : normalMatrix(numbers, dIn, dOut);
  const bias = options.bias && kind !== 'orthogonal' && !square ? normals(numbers, dOut) : null;
  const tokens = needs === 'vector' ? null : tokenPart(numbers, vocabulary, dOut, options.known ?? 0.6);
  const dTeacher = options.teacher === 'mean' ? dOut : dOut + 3;
  const hidden = kind === 'mlp' || kind === 'lowrank' ? hiddenPart(numbers, kind, dIn, dOut) : null;
  const teacher =
    options.teacher === 'none'
      ? null
      : {
          mean: normals(numbers, dTeacher).map((v) => v / 10),
          map: options.teacher === 'mean' ? null : normalMatrix(numbers, dTeacher, dOut),
        };
  const { wordBuckets = 0 } = options;
  const rows = normalMatrix(numbers, vocabulary - wordBuckets, dIn);
  const weights = normals(numbers, rows.rows);
  const table = { rows: options.int8Table ? quantise(rows) : rows, weights, ...(wordBuckets && { wordBuckets }) };
  const encoder = { baseFingerprint: 'f'.repeat(64), ...(kind === 'lexical' ? { table } : {}) };
  return {
    parts: { map, bias, tokens, teacher, ...(hidden && { hidden }) },
    card: sampleCard({ kind, needs, dIn, dOut }),
    encoder,
    input: (n) => {
      const vectors = normalMatrix(numbers, n, dIn);
      vectors.data.fill(0, 0, Math.min(n, 1) * dIn);
      const texts = Array.from({ length: n }, (_, i) =>
        Array.from({ length: i === 0 ? 0 : numbers.integer(20) }, () => numbers.integer(vocabulary)),
      );
      return { vectors, tokens: tokenBags(texts) };
    },
  };
}

function hiddenPart(numbers: Random, kind: 'mlp' | 'lowrank', dIn: number, dOut: number): HiddenPart {
  const into = normalMatrix(numbers, dIn, 5);
  return { into, bias: kind === 'mlp' ? normals(numbers, 5) : null, out: normalMatrix(numbers, 5, dOut) };
}

function tokenPart(numbers: Random, vocabulary: number, dOut: number, known: number): TokenPart {
  let next = 0;
  const rowOf = Int32Array.from({ length: vocabulary }, () => (numbers.uniform() < known ? next++ : -1));
  return {
    rows: quantise(normalMatrix(numbers, next, dOut)),
    rowOf,
    weights: Float32Array.from({ length: vocabulary }, () => 0.1 + numbers.uniform()),
    termFrequency: numbers.uniform() < 0.5 ? 'count' : 'log',
  };
}

export function sampleCard(card: Pick<AdapterCard, 'kind' | 'needs' | 'dIn' | 'dOut'>): AdapterCard {
  return {
    formatVersion: config.adapterFile.formatVersion,
    outputSpace: 'teacher',
    baseFingerprint: 'f'.repeat(64),
    student: 'a student',
    teacher: 'a teacher',
    mode: 'offline',
    alpha: null,
    push: null,
    seed: 0,
    lambda: 0.1,
    documents: 1000,
    failed: 0,
    fit: { variance: 0.9, 'Σ φ': 'ü' },
    gate: null,
    createdBy: '0.0.0',
    ...card,
  };
}

export function normals(numbers: Random, length: number): Float32Array {
  return Float32Array.from({ length }, () => numbers.normal());
}

export function normalMatrix(numbers: Random, rows: number, dims: number): Matrix {
  return matrix(rows, dims, normals(numbers, rows * dims));
}

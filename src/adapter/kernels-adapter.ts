import { config } from '../config.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { Adapter } from './adapter.ts';
import type { AdapterHost, AdapterSource } from './adapter-source.ts';
import { type CheckedInput, checkInput } from './check-input.ts';
import { checkParts } from './check-parts.ts';
import { phi } from './features.ts';
import { heldHidden } from './held-hidden.ts';
import { heldMap } from './held-map.ts';
import { inBlocks } from './in-blocks.ts';
import { keepRows } from './keep-rows.ts';
import { studentPrior } from './student-prior.ts';
import { teacherAlignment } from './teacher-alignment.ts';
import { unitRows } from './unit-rows.ts';

/**
 * An adapter that runs on the kernels, its map and token rows resident in them until `dispose()`.
 *
 * @throws {ChelatedError} shape_mismatch when the parts are not what the card says; adapter_wrong_model when the adapter
 *   is lexical and the table is not the one it falls back on
 */
export function kernelsAdapter({ parts, card, hash }: AdapterSource, { kernels, table }: AdapterHost): Adapter {
  checkParts(parts, card, 'shape_mismatch');
  const { tokens, bias } = parts;
  const prior = card.kind === 'lexical' && tokens ? studentPrior(table, tokens.rowOf, card.dIn, kernels) : null;
  const linear = heldMap(parts.map, kernels);
  const hidden = parts.hidden ? heldHidden(parts.hidden, kernels) : null;
  const rows = tokens && tokens.rows.rows > 0 ? kernels.hold(tokens.rows) : null;
  const teacher = teacherAlignment(parts.teacher, kernels);

  const step = ({ vectors, tokens: bags }: CheckedInput): Matrix => {
    const features = tokens && bags && phi(bags, tokens.weights, tokens.termFrequency);
    const known = features && tokens && rows && keepRows(features, tokens.rowOf, rows.rows);
    const base = features && prior ? prior.sum(features) : vectors;
    const terms: Matrix[] = [];
    if (base) terms.push(linear.apply(base));
    if (base && hidden) terms.push(hidden.apply(base));
    if (known && rows && known.ids.length > 0) terms.push(kernels.embeddingBag(rows, known));
    const Y = sum(terms, vectors, features?.rows ?? vectors?.rows ?? 0, card.dOut, bias);
    return unitRows(Y, { vectors, features }, kernels);
  };

  return {
    card,
    hash: hash ?? null,
    backend: 'kernels',
    correct: async (input) => inBlocks(checkInput(input, card), card.dOut, config.adapterRun.blockRows, step),
    alignTeacher: (T) => teacher.align(T),
    dispose: async () => {
      for (const held of [prior, linear, hidden, rows, teacher]) held?.free();
    },
  };
}

/** The terms and the bias added up, row by row, in the place of the first term where that is not the input itself. */
function sum(
  terms: readonly Matrix[],
  input: Matrix | null,
  rows: number,
  dims: number,
  bias: Float32Array | null,
): Matrix {
  const [first, ...rest] = terms;
  if (first && rest.length === 0 && !bias) return first;
  const Y = first && first !== input ? first : matrix(rows, dims, first?.data.slice());
  for (const { data } of rest) for (let e = 0; e < data.length; e++) Y.data[e]! += data[e]!;
  if (bias) for (let i = 0; i < rows; i++) for (let j = 0; j < dims; j++) Y.data[i * dims + j]! += bias[j]!;
  return Y;
}

import type { AdapterParts } from '../adapter/parts.ts';
import type { ReadAdapter } from '../adapter/read-adapter.ts';
import { config } from '../config.ts';
import { writeSafetensors } from '../encode/safetensors.ts';
import { type StudentFiles, staticStudent } from '../encode/static-student.ts';
import type { StaticTable } from '../encode/static-table.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, row } from '../matrix.ts';

/**
 * A static student, or it and an adapter in one table, in model2vec's layout: file name → content.
 *
 *   row of token t = weight(t)·A(table[t]), so that normalise(Σ rows) is the corrected vector
 *
 * Edge    model2vec leaves unknown words out, the student counts them: texts that have some differ
 * @throws {ChelatedError} invalid_input, with the reason, for an adapter that is not linear in token counts;
 *   adapter_wrong_model for one of another student
 */
export async function model2vecFiles(
  files: StudentFiles,
  adapter: ReadAdapter | null,
  kernels: Kernels,
): Promise<Map<string, string | Uint8Array>> {
  const encoder = await staticStudent(files, kernels);
  encoder.dispose();
  if (adapter && adapter.card.baseFingerprint !== encoder.baseFingerprint) {
    const message = `the adapter was fitted for student ${adapter.card.student}, not for ${encoder.id}; give that one`;
    throw new ChelatedError('adapter_wrong_model', message);
  }
  const reason = adapter && notLinear(adapter);
  if (reason) {
    const message = `the ${adapter.card.kind} adapter cannot be written as one row a token: ${reason}; use --format host`;
    throw new ChelatedError('invalid_input', message);
  }
  const { rows, dims, data } = tokenRows(encoder.table!, adapter?.parts ?? null, kernels);
  const about = {
    ...{ model_type: 'model2vec', architectures: ['StaticModel'], normalize: true },
    ...{ hidden_dim: dims, seq_length: config.encode.maxTokens, max_length: config.encode.maxTokens },
  };
  return new Map<string, string | Uint8Array>([
    ['model.safetensors', writeSafetensors({ embeddings: { dtype: 'F32', shape: [rows, dims], data } })],
    ['tokenizer.json', files.tokenizer],
    ['config.json', `${JSON.stringify(about, null, 2)}\n`],
  ]);
}

/** Why the corrected vector is not the direction of a sum over the tokens, or null where it is. */
function notLinear({ parts, card }: ReadAdapter): string | null {
  if (parts.bias) return 'it has a bias';
  if (parts.tokens?.termFrequency === 'log') return 'it takes the logarithm of token counts';
  if (card.kind === 'mlp') return 'its hidden layer bends';
  if (card.kind === 'residual') return 'it adds token rows to a vector of unit length';
  return null;
}

function tokenRows({ rows, weights }: StaticTable, parts: AdapterParts | null, kernels: Kernels): Matrix {
  const held = kernels.hold(rows);
  const table = held.read();
  held.free();
  const { map, hidden, tokens } = parts ?? { map: null, tokens: null };
  const sum = map ? kernels.gemm(table, map) : table;
  if (hidden) {
    const low = kernels.gemm(kernels.gemm(table, hidden.into), hidden.out).data;
    for (let e = 0; e < low.length; e++) sum.data[e]! += low[e]!;
  }
  const out = matrix(sum.rows, sum.dims);
  for (let t = 0; t < out.rows; t++) {
    const own = tokens ? tokens.rowOf[t]! : -1;
    const weight = (tokens?.weights ?? weights)[t]!;
    const from = tokens && own >= 0 ? tokens.rows.data.subarray(own * out.dims, (own + 1) * out.dims) : row(sum, t);
    const scale = tokens && own >= 0 ? tokens.rows.scales[own]! : 1;
    row(out, t).set(Float32Array.from(from, (v) => weight * scale * v));
  }
  return out;
}

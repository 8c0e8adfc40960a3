import type { AdapterParts } from '../adapter/parts.ts';
import type { ReadAdapter } from '../adapter/read-adapter.ts';
import { tokenRows } from '../adapter/token-rows.ts';
import { config } from '../config.ts';
import { writeSafetensors } from '../encode/safetensors.ts';
import { type StudentFiles, staticStudent } from '../encode/static-student.ts';
import type { StaticTable } from '../encode/static-table.ts';
import { readStudentCard } from '../encode/student-card.ts';
import { studentNotice } from '../encode/student-notice.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

/**
 * A static student, or it and an adapter in one table, in model2vec's layout: file name → content.
 *
 *   row of token t = weight(t)·A(table[t]), so that normalise(Σ rows) is the corrected vector
 *
 * Edge    of a student with a context gate it is the plain table: a sum of rows knows no context
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
  const reason = adapter && (notInTable(adapter, encoder.table!) ?? (encoder.gate ? gated : null));
  if (reason) {
    const message = `the ${adapter.card.kind} adapter cannot be written as one row a token: ${reason}; use --format host`;
    throw new ChelatedError('invalid_input', message);
  }
  const { rows, dims, data } = weightedRows(encoder.table!, adapter?.parts ?? null, kernels);
  const about = {
    ...{ model_type: 'model2vec', architectures: ['StaticModel'], normalize: true },
    ...{ hidden_dim: dims, seq_length: config.encode.maxTokens, max_length: config.encode.maxTokens },
  };
  const notice = studentNotice(readStudentCard(files.card));
  return new Map<string, string | Uint8Array>([
    ['model.safetensors', writeSafetensors({ embeddings: { dtype: 'F32', shape: [rows, dims], data } })],
    ['tokenizer.json', files.tokenizer],
    ['config.json', `${JSON.stringify(about, null, 2)}\n`],
    ...(notice ? ([['NOTICE', notice]] as const) : []),
  ]);
}

const gated = `its student weighs a token by the text that it stands in (one fitted for ${config.plainStudent} can be)`;

/** Why the corrected vector is not the direction of a sum over the tokenizer's tokens, or null where it is. */
function notInTable({ parts, card }: ReadAdapter, { wordBuckets }: StaticTable): string | null {
  if (parts.tokens && wordBuckets)
    return 'it has rows for words and pairs of words, which this layout’s tokenizer does not know';
  if (parts.bias) return 'it has a bias';
  if (parts.tokens?.termFrequency === 'log') return 'it takes the logarithm of token counts';
  if (card.kind === 'mlp') return 'its hidden layer bends';
  if (card.kind === 'residual') return 'it adds token rows to a vector of unit length';
  return null;
}

/** Each row times its token's weight: model2vec has no weights beside its rows. */
function weightedRows(table: StaticTable, parts: AdapterParts | null, kernels: Kernels): Matrix {
  const weights = parts?.tokens?.weights ?? table.weights;
  const out = tokenRows(table, parts, kernels);
  for (let e = 0; e < out.data.length; e++) out.data[e]! *= weights[Math.floor(e / out.dims)]!;
  return out;
}

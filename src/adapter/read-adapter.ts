import { ChelatedError } from '../errors.ts';
import type { Int8Rows } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';
import { type OnnxFile, readModel } from '../onnx/read-model.ts';
import type { OnnxDtype, OnnxTensor } from '../onnx/tensor.ts';
import type { AdapterCard } from './card.ts';
import { readCard } from './card-text.ts';
import { checkParts } from './check-parts.ts';
import type { AdapterParts, HiddenPart, TeacherMap, TokenPart } from './parts.ts';
import { openSeal } from './seal.ts';
import { metadataKeys, tensorNames } from './tensor-names.ts';

export interface ReadAdapter {
  readonly parts: AdapterParts;
  readonly card: AdapterCard;
  /** SHA-256 of the file's content, 64 hex digits: with the base fingerprint it names a generation of vectors. */
  readonly hash: string;
}

/**
 * Reads an adapter file, all of it checked: hash, format, shapes, finite numbers.
 *
 * @throws {ChelatedError} adapter_corrupt (truncated, altered, or not an adapter), adapter_version (newer than this build)
 */
export async function readAdapter(bytes: Uint8Array): Promise<ReadAdapter> {
  const hash = await openSeal(bytes);
  try {
    const file = readModel(bytes);
    const card = readCard(file.metadata.get(metadataKeys.card));
    const hidden = readHidden(file);
    const parts: AdapterParts = {
      map: optionalMatrix(file, tensorNames.map),
      bias: take(file, tensorNames.bias, 'f32')?.data ?? null,
      tokens: readTokens(file),
      ...(hidden && { hidden }),
      teacher: readTeacher(file),
    };
    checkParts(parts, card, 'adapter_corrupt');
    return { parts, card, hash };
  } catch (cause) {
    if (cause instanceof ChelatedError && cause.code.startsWith('adapter_')) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ChelatedError('adapter_corrupt', `not an adapter file that chelated wrote: ${reason}`, { cause });
  }
}

function readTokens(file: OnnxFile): TokenPart | null {
  const rows = take(file, tensorNames.tokenRows, 'int8');
  if (!rows) return null;
  const scales = demand(file, tensorNames.tokenScales, 'f32');
  const termFrequency = file.metadata.get(metadataKeys.termFrequency);
  if (termFrequency !== 'count' && termFrequency !== 'log') throw corrupt(`term frequency "${termFrequency}"`);
  return {
    rows: withoutZeroRow(rows, scales.data),
    rowOf: demand(file, tensorNames.tokenRowOf, 'int32').data.map((r) => r - 1),
    weights: demand(file, tensorNames.tokenWeights, 'f32').data,
    termFrequency,
  };
}

/** Row 0 of the file is all zero: what the graph gathers for a token without a row. */
function withoutZeroRow({ dims, data }: OnnxTensor & { dtype: 'int8' }, scales: Float32Array): Int8Rows {
  const [stored = 0, width = 0] = dims;
  if (dims.length !== 2 || stored < 1) throw corrupt(`token rows of shape [${dims}]`);
  return { rows: stored - 1, dims: width, data: data.subarray(width), scales: scales.subarray(1) };
}

function readHidden(file: OnnxFile): HiddenPart | null {
  const into = optionalMatrix(file, tensorNames.hiddenInto);
  if (!into) return null;
  const out = optionalMatrix(file, tensorNames.hiddenOut);
  if (!out) throw corrupt(`no ${tensorNames.hiddenOut}`);
  return { into, bias: take(file, tensorNames.hiddenBias, 'f32')?.data ?? null, out };
}

function readTeacher(file: OnnxFile): TeacherMap | null {
  const mean = take(file, tensorNames.teacherMean, 'f32');
  return mean && { mean: mean.data, map: optionalMatrix(file, tensorNames.teacherMap) };
}

function optionalMatrix(file: OnnxFile, name: string): Matrix | null {
  const tensor = take(file, name, 'f32');
  if (!tensor) return null;
  const [rows = 0, dims = 0] = tensor.dims;
  if (tensor.dims.length !== 2) throw corrupt(`${name} of shape [${tensor.dims}]`);
  return matrix(rows, dims, tensor.data);
}

function demand<T extends OnnxDtype>(file: OnnxFile, name: string, dtype: T): OnnxTensor & { dtype: T } {
  const tensor = take(file, name, dtype);
  if (!tensor) throw corrupt(`no ${name}`);
  return tensor;
}

function take<T extends OnnxDtype>(file: OnnxFile, name: string, dtype: T): (OnnxTensor & { dtype: T }) | null {
  const tensor = file.tensor(name);
  if (tensor && !hasType(tensor, dtype)) throw corrupt(`${name} of ${tensor.dtype}, expected ${dtype}`);
  return tensor;
}

function hasType<T extends OnnxDtype>(tensor: OnnxTensor, dtype: T): tensor is OnnxTensor & { dtype: T } {
  return tensor.dtype === dtype;
}

function corrupt(what: string): ChelatedError {
  return new ChelatedError('adapter_corrupt', `the adapter file has ${what}; distil it again`);
}

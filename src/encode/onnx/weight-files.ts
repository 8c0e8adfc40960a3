import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import type { ModelFiles } from './model-files.ts';

/** Number types of weights, as transformers.js calls them, and how they end the file's name. */
const suffixes = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
} as const;

export type WeightDtype = keyof typeof suffixes;

export const weightDtypes = Object.keys(suffixes) as WeightDtype[];

export interface WeightFile {
  /** Number type, or `other` for a name that says none. */
  readonly dtype: WeightDtype | 'other';
  readonly path: string;
  readonly bytes: number; // with its external data
  /** Files that hold the larger tensors: `model.onnx_data`, and `model.onnx_data_1` … behind it. */
  readonly data: readonly string[];
}

/** The ONNX files of a model: those whose number type is known in the order of `config.onnxEncoder.dtypes`, then the others by name. */
export function weightFiles({ files }: ModelFiles): WeightFile[] {
  const found = files
    .filter(({ path }) => path.endsWith('.onnx'))
    .map(({ path, bytes }): WeightFile => {
      const data = files.filter((file) =>
        /^_data(_\d+)?$/.test(file.path.startsWith(path) ? file.path.slice(path.length) : ''),
      );
      return {
        dtype: dtypeOf(path),
        path,
        bytes: data.reduce((sum, file) => sum + file.bytes, bytes),
        data: data.map((file) => file.path),
      };
    });
  const order: readonly string[] = config.onnxEncoder.dtypes;
  const rank = ({ dtype }: WeightFile) => (dtype === 'other' ? order.length : order.indexOf(dtype));
  return found.sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
}

/**
 * The ONNX file to open: the first, or the one asked for by number type or by path.
 *
 * @throws {ChelatedError} not_found, naming what there is
 */
export function pickWeights(model: ModelFiles, wanted?: string): WeightFile {
  const files = weightFiles(model);
  const found = files.find(({ dtype, path }) => wanted === undefined || dtype === wanted || path === wanted);
  if (found) return found;
  const there = files.map(({ dtype, path }) => (dtype === 'other' ? path : `${dtype} (${path})`)).join(', ');
  if (!there) throw new ChelatedError('not_found', `model ${model.name} has no .onnx file; export it to ONNX first`);
  throw new ChelatedError('not_found', `model ${model.name} has no ${wanted} weights; it has ${there}`);
}

function dtypeOf(path: string): WeightFile['dtype'] {
  const name = /(?:^|\/)model([^/]*)\.onnx$/.exec(path)?.[1];
  return weightDtypes.find((dtype) => suffixes[dtype] === name) ?? 'other';
}

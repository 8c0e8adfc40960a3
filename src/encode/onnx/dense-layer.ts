import { z } from 'zod';
import { ChelatedError } from '../../errors.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { type Matrix, matrix } from '../../matrix.ts';
import { readSafetensors } from '../safetensors.ts';
import { type ModelFiles, readText } from './model-files.ts';
import { parseJson } from './parse-json.ts';

/** A layer behind the pooling: y = activation(W·x + b). */
export interface DenseLayer {
  readonly weight: Matrix; // (out, in)
  readonly bias?: Float32Array; // (out)
  readonly activation: keyof typeof activations;
}

const activations = {
  Identity: (x: number) => x,
  Tanh: Math.tanh,
  ReLU: (x: number) => Math.max(0, x),
  Sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  SiLU: (x: number) => x / (1 + Math.exp(-x)),
} as const;

const denseConfig = z.object({
  in_features: z.int().positive(),
  out_features: z.int().positive(),
  bias: z.boolean().default(true),
  activation_function: z.string().default('torch.nn.modules.activation.Tanh'),
});

/** X through the layer, not normalised. */
export function applyDense(X: Matrix, { weight, bias, activation }: DenseLayer, kernels: Kernels): Matrix {
  const { rows, dims, data } = kernels.gemm(X, weight, { transposeB: true });
  const act = activations[activation];
  return matrix(
    rows,
    dims,
    data.map((x, i) => act(x + (bias?.[i % dims] ?? 0))),
  );
}

/**
 * Reads a Dense module of sentence-transformers.
 *
 * @throws {ChelatedError} invalid_input, not_found, shape_mismatch, dtype_unsupported
 */
export async function readDenseLayer(model: ModelFiles, folder: string): Promise<DenseLayer> {
  const name = `${model.name}/${folder}/config.json`;
  const json = await readText(model, `${folder}/config.json`);
  if (json === undefined) throw new ChelatedError('not_found', `${name} is missing; modules.json names it`);
  const { in_features, out_features, bias, activation_function } = parseJson(denseConfig, json, name);
  const activation = activation_function.split('.').at(-1)!;
  if (!(activation in activations)) {
    const known = Object.keys(activations).join(', ');
    throw new ChelatedError(
      'invalid_input',
      `${name}: activation ${activation_function} is not known; known are ${known}`,
    );
  }
  const file = `${folder}/model.safetensors`;
  const { tensors } = readSafetensors(await model.read(file), `${model.name}/${file}`);
  const take = (key: string, shape: readonly number[]): Float32Array => {
    const tensor = tensors.get(key);
    if (String(tensor?.shape) === String(shape)) return Float32Array.from(tensor!.data);
    const got = tensor ? `[${tensor.shape}]` : 'none';
    throw new ChelatedError('shape_mismatch', `${model.name}/${file}: expected ${key} of shape [${shape}], got ${got}`);
  };
  return {
    weight: matrix(out_features, in_features, take('linear.weight', [out_features, in_features])),
    ...(bias && { bias: take('linear.bias', [out_features]) }),
    activation: activation as keyof typeof activations,
  };
}

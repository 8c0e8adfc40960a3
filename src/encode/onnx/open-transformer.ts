import { ChelatedError } from '../../errors.ts';
import { fingerprint } from '../../fingerprint.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { loadKernels, type ThreadedKernels } from '../../kernels/load.ts';
import type { Matrix } from '../../matrix.ts';
import type { DeviceChoice } from '../../onnx/device.ts';
import { fuseTransformer } from '../../onnx/fuse/fuse-transformer.ts';
import { handOver } from '../../onnx/hand-over.ts';
import { openPartedSession } from '../../onnx/parted-session.ts';
import type { OnnxModel, OnnxSession } from '../../onnx/session.ts';
import type { TextRole } from '../encoder.ts';
import { libraryTokenizer } from '../library-tokenizer.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { addPooling } from './add-pooling.ts';
import { applyDense, type DenseLayer, readDenseLayer } from './dense-layer.ts';
import { encoderThreads } from './encoder-threads.ts';
import { type ModelFiles, readText } from './model-files.ts';
import { type ModelSpec, readModelSpec } from './model-spec.ts';
import type { Pooling } from './pooling.ts';
import { readWeights } from './read-weights.ts';
import { runTokens } from './run-tokens.ts';
import { readSurround, type Surround } from './surround.ts';
import { pickWeights } from './weight-files.ts';

export interface OnnxEncoderOptions {
  /** Weights: fp32, fp16, q8 … or the path of an .onnx file in the model; the first there is of `config.onnxEncoder.dtypes`. */
  readonly dtype?: string;
  /** In place of the model's own. */
  readonly pooling?: Pooling;
  /** Put before every text of a role, in place of the model's own. */
  readonly prompts?: Partial<Record<TextRole, string>>;
  /** Fewer tokens than the model reads, special ones included. */
  readonly maxTokens?: number;
  readonly threads?: number;
  /** Where it runs; what `useDevice` was told where none is named. */
  readonly device?: DeviceChoice;
}

/** A model that is open: its graph, and all that is around it. */
export interface Transformer {
  readonly name: string;
  readonly spec: ModelSpec;
  readonly tokenizer: Tokenizer;
  readonly surround: Surround;
  readonly dense: readonly DenseLayer[];
  readonly session: OnnxSession;
  readonly kernels: Kernels;
  /** Of all that its vectors depend on. */
  readonly baseFingerprint: string;
}

/**
 * Opens a model's tokenizer, weights and Dense layers, with pooling in the graph. Whoever opens it disposes its session.
 *
 * @param options.unit the graph gives unit vectors, where no Dense layer comes behind it
 * @throws {ChelatedError} not_found, invalid_input, shape_mismatch, dtype_unsupported, backend_failed
 */
export async function openTransformer(
  model: ModelFiles,
  kernels: Kernels,
  { unit = false, ...options }: OnnxEncoderOptions & { readonly unit?: boolean } = {},
): Promise<Transformer> {
  const spec = withOptions(await readModelSpec(model), options, model.name);
  const json = await readText(model, 'tokenizer.json');
  if (json === undefined) {
    throw new ChelatedError('not_found', `model ${model.name} has no tokenizer.json; save its fast tokenizer there`);
  }
  const tokenizer = await libraryTokenizer(json);
  const surround = readSurround(json, `${model.name}/tokenizer.json`);
  const dense = await Promise.all(spec.dense.map((folder) => readDenseLayer(model, folder)));
  const weights = pickWeights(model, options.dtype);
  const read = await readWeights(model, weights);
  const baseFingerprint = await fingerprint(
    ...['onnx', tokenizer.hash, JSON.stringify([spec, surround])],
    ...(await Promise.all([read.bytes, ...files(read)].map((part) => fingerprint(part)))),
    ...dense.flatMap(({ weight, bias }) => [bytesOf(weight.data), bytesOf(bias ?? new Float32Array())]),
  );
  // Read again only where a GPU is lost; until then nothing of it is held here.
  const next = handOver(read, () => readWeights(model, weights));
  const prepare = async () => {
    const { bytes, ...beside } = await next();
    return { bytes: addPooling(fuseTransformer(bytes), spec.pooling, { unit: unit && dense.length === 0 }), ...beside };
  };
  const session = await openPartedSession(
    prepare,
    {
      threads: options.threads ?? encoderThreads(),
      unpackWeights: true,
      f16: weights.dtype === 'fp16' || weights.dtype === 'q4f16',
      ...(options.device && { device: options.device }),
    },
    (wanted) => threadedOr(kernels, wanted),
  );
  return { name: model.name, spec, tokenizer, surround, dense, session, kernels, baseFingerprint };
}

/** Vectors of token lists, each with its special tokens: pooled, and through the Dense layers. `skip` is of `fillPooling`. */
export async function runTransformer(
  { name, spec, dense, session, kernels }: Transformer,
  lists: readonly (readonly number[])[],
  skip = 0,
): Promise<Matrix> {
  const pooled = await runTokens(session, lists, spec, { name, skip });
  return dense.reduce((X, layer) => applyDense(X, layer, kernels), pooled);
}

function withOptions(spec: ModelSpec, { pooling, prompts, maxTokens }: OnnxEncoderOptions, name: string): ModelSpec {
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 2 && maxTokens <= spec.maxTokens)) {
    throw new ChelatedError(
      'invalid_input',
      `model ${name} reads 3 to ${spec.maxTokens} tokens, got maxTokens ${maxTokens}`,
    );
  }
  return {
    ...spec,
    maxTokens: maxTokens ?? spec.maxTokens,
    ...(pooling && { pooling: [pooling], poolingAssumed: false }),
    prompts: { ...spec.prompts, ...prompts },
  };
}

/** Kernels with so many threads: those given, or others where these have fewer and the module lies beside the code. */
async function threadedOr(kernels: Kernels, threads: number): Promise<ThreadedKernels> {
  const given = { threads: 1, ...kernels, close: () => {} };
  return given.threads >= threads ? given : loadKernels({ threads }).catch(() => given);
}

const files = ({ externalData = [] }: OnnxModel) => externalData.map(({ data }) => data);

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);

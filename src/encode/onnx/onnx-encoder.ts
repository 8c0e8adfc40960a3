import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import { fingerprint } from '../../fingerprint.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { loadKernels, type ThreadedKernels } from '../../kernels/load.ts';
import { allFinite, type Matrix, matrix, pickRows, row } from '../../matrix.ts';
import type { Device, DeviceChoice } from '../../onnx/device.ts';
import { fuseTransformer } from '../../onnx/fuse/fuse-transformer.ts';
import { handOver } from '../../onnx/hand-over.ts';
import { openPartedSession } from '../../onnx/parted-session.ts';
import type { OnnxModel, OnnxSession } from '../../onnx/session.ts';
import { type TokenBags, tokenBags } from '../../token-bags.ts';
import { checkTexts } from '../check-texts.ts';
import type { Encoded, EncodeOptions, Encoder, TextRole } from '../encoder.ts';
import { libraryTokenizer } from '../library-tokenizer.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { addPooling, unitOutput } from './add-pooling.ts';
import { applyDense, type DenseLayer, readDenseLayer } from './dense-layer.ts';
import { encoderThreads } from './encoder-threads.ts';
import { type ModelFiles, readText } from './model-files.ts';
import { type ModelSpec, readModelSpec } from './model-spec.ts';
import { planBatches } from './plan-batches.ts';
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

/**
 * A transformer as an encoder: the model's tokenizer, its ONNX file in onnxruntime-web, pooling, Dense layers, unit length.
 * On wasm, layers as BERT has them are run by the kernels, with as many threads (`openPartedSession`).
 *
 * Error   cosine ≥ .9999 to Python's onnxruntime on the same file; a text's vector in a batch and alone: max |Δ| ≤ 1e-4
 * Edge    a text of more tokens than the model reads is cut, its special tokens kept. A text without any token, and one
 *         whose vector came out non-finite, is `failed`. A model that fails throws `backend_failed`
 * Memory  the model, one batch of `config.onnxEncoder.batchTokens` tokens, and the results
 *
 * @throws {ChelatedError} not_found, invalid_input, shape_mismatch, dtype_unsupported, backend_failed
 */
export async function onnxEncoder(
  model: ModelFiles,
  kernels: Kernels,
  options: OnnxEncoderOptions = {},
): Promise<Encoder> {
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
    return { bytes: addPooling(fuseTransformer(bytes), spec.pooling, { unit: dense.length === 0 }), ...beside };
  };
  const threads = options.threads ?? encoderThreads();
  const session = await openPartedSession(
    prepare,
    {
      threads,
      unpackWeights: true,
      f16: weights.dtype === 'fp16' || weights.dtype === 'q4f16',
      ...(options.device && { device: options.device }),
    },
    (wanted) => threadedOr(kernels, wanted),
  );
  const parts = { id: model.name, spec, tokenizer, surround, dense, session, kernels, baseFingerprint };
  const probe = await embed(parts, [[...surround.before, 0, ...surround.behind]], 0).catch(async (error: unknown) => {
    await session.dispose();
    throw error;
  });
  return new OnnxEncoder(parts, probe.dims);
}

interface Parts {
  readonly id: string;
  readonly spec: ModelSpec;
  readonly tokenizer: Tokenizer;
  readonly surround: Surround;
  readonly dense: readonly DenseLayer[];
  readonly session: OnnxSession;
  readonly kernels: Kernels;
  readonly baseFingerprint: string;
}

class OnnxEncoder implements Encoder {
  readonly id: string;
  readonly dims: number;
  readonly baseFingerprint: string;
  readonly tokenizer: Tokenizer;
  readonly maxTokens: number;
  readonly #parts: Parts;

  constructor(parts: Parts, dims: number) {
    this.id = parts.id;
    this.dims = dims;
    this.baseFingerprint = parts.baseFingerprint;
    this.tokenizer = parts.tokenizer;
    this.maxTokens = parts.spec.maxTokens - parts.surround.before.length - parts.surround.behind.length;
    this.#parts = parts;
  }

  get device(): Device {
    return this.#parts.session.device;
  }

  async encode(texts: readonly string[], options: EncodeOptions): Promise<Encoded> {
    checkTexts(texts);
    const vectors = matrix(texts.length, this.dims);
    const failed: number[] = [];
    let done = 0;
    const finish = (positions: readonly number[], rows: Matrix) => {
      positions.forEach((position, i) => {
        const values = row(rows, i);
        if (values.some((x) => x !== 0) && allFinite(values)) vectors.data.set(values, position * this.dims);
        else failed.push(position);
      });
      done += positions.length;
      options.onBatch?.(positions, pickRows(vectors, positions));
      options.onProgress?.(done, texts.length);
    };
    for (let from = 0; from < texts.length; from += config.onnxEncoder.windowTexts) {
      await this.#window(texts.slice(from, from + config.onnxEncoder.windowTexts), from, options, finish);
    }
    return { vectors, failed: failed.sort((a, b) => a - b) };
  }

  /** Encodes some texts, the first of them at position `from` of the call. */
  async #window(
    texts: readonly string[],
    from: number,
    { role, signal }: EncodeOptions,
    finish: (positions: readonly number[], rows: Matrix) => void,
  ): Promise<void> {
    const { spec, surround } = this.#parts;
    const prompt = spec.prompts[role];
    const skip = spec.includePrompt || prompt === '' ? 0 : surround.before.length + this.#ids(prompt).length;
    const lists = texts.map((text) => {
      const ids = this.#ids(text);
      if (ids.length === 0) return [];
      return [...surround.before, ...(prompt === '' ? ids : this.#ids(prompt + text)), ...surround.behind];
    });
    const lengths = lists.map((list) => list.length);
    for (const batch of planBatches(lengths, config.onnxEncoder.batchTokens)) {
      signal?.throwIfAborted();
      const tokens = batch.map((i) => lists[i]!);
      const isEmpty = tokens[0]!.length === 0; // sorted: then all of them are
      const rows = isEmpty ? matrix(batch.length, this.dims) : await embed(this.#parts, tokens, skip);
      finish(
        batch.map((i) => from + i),
        rows,
      );
    }
  }

  #ids(text: string): Uint32Array {
    const { spec, tokenizer } = this.#parts;
    return tokenizer.encode(spec.lowerCase ? text.toLowerCase() : text, this.maxTokens);
  }

  tokenize(texts: readonly string[]): TokenBags {
    checkTexts(texts);
    return tokenBags(texts.map((text) => this.#ids(text)));
  }

  dispose(): void {
    this.#parts.session.dispose().catch(() => {});
  }
}

/** Unit vectors of token lists, each with its special tokens. */
async function embed(parts: Parts, lists: readonly (readonly number[])[], skip: number): Promise<Matrix> {
  const { spec, session, dense, kernels, id } = parts;
  const pooled = await runTokens(session, lists, spec, { name: id, skip });
  if (session.outputNames.includes(unitOutput)) return pooled;
  return kernels.normalize(dense.reduce((X, layer) => applyDense(X, layer, kernels), pooled));
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

import { config } from '../../config.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { allFinite, type Matrix, matrix, pickRows, row } from '../../matrix.ts';
import type { Device } from '../../onnx/device.ts';
import { type TokenBags, tokenBags } from '../../token-bags.ts';
import { checkTexts } from '../check-texts.ts';
import type { Encoded, EncodeOptions, Encoder } from '../encoder.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { unitOutput } from './add-pooling.ts';
import type { ModelFiles } from './model-files.ts';
import { type OnnxEncoderOptions, openTransformer, runTransformer, type Transformer } from './open-transformer.ts';
import { planBatches } from './plan-batches.ts';

/**
 * A transformer as an encoder: the model's tokenizer, its ONNX file in onnxruntime-web, pooling, Dense layers, unit length.
 * On wasm, layers as BERT has them are run by the kernels, with as many threads (`openPartedSession`).
 *
 * Error   cosine ≥ .9999 to Python's onnxruntime on the same file; a text's vector in a batch and alone: the same bits where the
 *         kernels run the layers, on any number of threads; elsewhere max |Δ| ≤ 1e-4
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
  // A Dense layer comes before unit length; without one the graph itself gives that.
  const transformer = await openTransformer(model, kernels, { unit: true, ...options });
  const { surround, session } = transformer;
  const probe = await embed(transformer, [[...surround.before, 0, ...surround.behind]], 0).catch(
    async (error: unknown) => {
      await session.dispose();
      throw error;
    },
  );
  return new OnnxEncoder(transformer, probe.dims);
}

class OnnxEncoder implements Encoder {
  readonly id: string;
  readonly dims: number;
  readonly baseFingerprint: string;
  readonly tokenizer: Tokenizer;
  readonly maxTokens: number;
  readonly #transformer: Transformer;

  constructor(transformer: Transformer, dims: number) {
    const { name, baseFingerprint, tokenizer, spec, surround } = transformer;
    this.id = name;
    this.dims = dims;
    this.baseFingerprint = baseFingerprint;
    this.tokenizer = tokenizer;
    this.maxTokens = spec.maxTokens - surround.before.length - surround.behind.length;
    this.#transformer = transformer;
  }

  get device(): Device {
    return this.#transformer.session.device;
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
    const { spec, surround } = this.#transformer;
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
      const rows = isEmpty ? matrix(batch.length, this.dims) : await embed(this.#transformer, tokens, skip);
      finish(
        batch.map((i) => from + i),
        rows,
      );
    }
  }

  #ids(text: string): Uint32Array {
    const { spec, tokenizer } = this.#transformer;
    return tokenizer.encode(spec.lowerCase ? text.toLowerCase() : text, this.maxTokens);
  }

  tokenize(texts: readonly string[]): TokenBags {
    checkTexts(texts);
    return tokenBags(texts.map((text) => this.#ids(text)));
  }

  dispose(): void {
    this.#transformer.session.dispose().catch(() => {});
  }
}

/** Unit vectors of token lists, each with its special tokens. */
async function embed(transformer: Transformer, lists: readonly (readonly number[])[], skip: number): Promise<Matrix> {
  const { session, kernels } = transformer;
  const vectors = await runTransformer(transformer, lists, skip);
  return session.outputNames.includes(unitOutput) ? vectors : kernels.normalize(vectors);
}

import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { assertFinite, matrix, row } from '../matrix.ts';
import type { Metadata, NewDocument } from '../store/store.ts';
import { tokenBags } from '../token-bags.ts';

/** A document of a user: a text, or a base vector of the student with or without the text's token ids. */
export interface DocumentInput {
  readonly id: string;
  readonly text?: string;
  readonly vector?: Float32Array;
  /** Token ids of the text behind `vector`, in reading order. */
  readonly tokens?: ArrayLike<number>;
  readonly metadata?: Metadata;
}

export interface Prepared {
  /** Ready for the store, and where each stood in the input. */
  readonly documents: readonly NewDocument[];
  readonly positions: readonly number[];
  readonly refused: readonly { readonly at: number; readonly error: ChelatedError }[];
}

/**
 * Base vectors and tokens of documents. One that cannot be used is refused by itself; the others go on.
 *
 * @throws {ChelatedError} what the encoder throws when it fails as a whole; an aborted signal rejects with its reason
 */
export async function prepareDocuments(
  encoder: Encoder,
  kernels: Kernels,
  inputs: readonly DocumentInput[],
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<Prepared> {
  const ready = new Map<number, NewDocument>();
  const refused: { at: number; error: ChelatedError }[] = [];
  const seen = new Map<string, number>();
  const texts: { at: number; text: string }[] = [];
  inputs.forEach((input, at) => {
    try {
      checkInput(input, seen.get(input.id));
      seen.set(input.id, at);
      if (input.vector) ready.set(at, fromVector(input, encoder, kernels));
      else texts.push({ at, text: input.text! });
    } catch (error) {
      if (!(error instanceof ChelatedError)) throw error;
      refused.push({ at, error });
    }
  });
  if (texts.length > 0) {
    const list = texts.map(({ text }) => text);
    const ids = texts.map(({ at }) => inputs[at]!.id);
    const { vectors, tokens, failed } = await encoder.encode(list, { role: 'document', ids, ...options });
    const bags = tokens ?? encoder.tokenize(list);
    const without = new Set(failed);
    texts.forEach(({ at, text }, i) => {
      const vector = row(vectors, i).slice();
      if (without.has(i) || vector.every((x) => x === 0)) {
        const message = `document ${quoted(inputs[at]!.id)} has no token that the student knows; give it words`;
        refused.push({ at, error: new ChelatedError('invalid_input', message) });
        return;
      }
      const [from, to] = [bags.offsets[i]!, bags.offsets[i + 1]!];
      const bag = { ids: bags.ids.slice(from, to), counts: bags.counts.slice(from, to) };
      ready.set(at, { id: inputs[at]!.id, text, metadata: inputs[at]!.metadata ?? null, vector, tokens: bag });
    });
  }
  const positions = [...ready.keys()].sort((a, b) => a - b);
  refused.sort((a, b) => a.at - b.at);
  return { documents: positions.map((at) => ready.get(at)!), positions, refused };
}

function checkInput({ id, text, vector, tokens }: DocumentInput, earlier: number | undefined): void {
  const refuse = (message: string) => {
    throw new ChelatedError('invalid_input', message);
  };
  const most = config.engine.maxIdCharacters;
  if (typeof id !== 'string' || id === '') refuse('a document needs an id: a text that is not empty');
  if (id.length > most) refuse(`an id has at most ${most} characters, got ${id.length}`);
  if (earlier !== undefined)
    refuse(`document ${quoted(id)} was given at position ${earlier} already; give each id once`);
  if (text === undefined && vector === undefined) refuse(`document ${quoted(id)} needs a text or a vector`);
  if (tokens !== undefined && vector === undefined) refuse(`document ${quoted(id)} has tokens without their vector`);
  if (text !== undefined && text.length > config.encode.maxCharacters) {
    const message = `document ${quoted(id)} has ${text.length} characters; at most ${config.encode.maxCharacters} are taken`;
    throw new ChelatedError('too_large', message);
  }
}

function fromVector(input: DocumentInput, encoder: Encoder, kernels: Kernels): NewDocument {
  const { id, vector } = input;
  const what = `vector of document ${quoted(id)}`;
  if (vector!.length !== encoder.dims) {
    const message = `${what}: the student ${encoder.id} has d=${encoder.dims}, got d=${vector!.length}; send vectors of this student`;
    throw new ChelatedError('shape_mismatch', message);
  }
  const X = matrix(1, vector!.length, vector!);
  assertFinite(X, what);
  const unit = kernels.normalize(X).data;
  if (unit.every((x) => x === 0)) throw new ChelatedError('invalid_input', `${what} is zero; it has no direction`);
  return {
    id,
    text: input.text ?? null,
    metadata: input.metadata ?? null,
    vector: unit,
    tokens: tokenBag(input, encoder, what),
  };
}

/** The tokens given, else those of the text beside the vector; null where there is neither. */
function tokenBag({ tokens, text }: DocumentInput, encoder: Encoder, what: string) {
  if (tokens === undefined) {
    if (text === undefined) return null;
    const { ids, counts } = encoder.tokenize([text]);
    return { ids, counts };
  }
  const size = encoder.tokenizer.vocabularySize;
  const wrong = Array.from(tokens).find((id) => !Number.isInteger(id) || id < 0 || id >= size);
  if (wrong !== undefined) {
    throw new ChelatedError(
      'invalid_input',
      `${what}: token id ${wrong} is outside of the vocabulary, 0 … ${size - 1}`,
    );
  }
  const counted = tokenBags([tokens]);
  const { ids, counts } = encoder.gate ? encoder.encodeTokens!(counted).tokens! : counted;
  return { ids, counts };
}

const quoted = (id: string) => JSON.stringify(id.length > 64 ? `${id.slice(0, 64)}…` : id);

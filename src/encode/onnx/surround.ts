import { Tokenizer } from '@huggingface/tokenizers';
import { ChelatedError } from '../../errors.ts';

/** Ids of the special tokens before and behind a text: [CLS] and [SEP], or what the model has. */
export interface Surround {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

/**
 * The special tokens that a `tokenizer.json` puts around one text, so that a text can be cut without losing them.
 *
 * @throws {ChelatedError} invalid_input when it is no such file, or its post-processor does more than put tokens around a text
 */
export function readSurround(json: string, name = 'tokenizer.json'): Surround {
  const probe = '\u0001';
  const ids = idsAround(json, probe, name);
  const at = ids.indexOf(unknown);
  if (at < 0 || ids.lastIndexOf(unknown) !== at) {
    throw new ChelatedError(
      'invalid_input',
      `${name}: its post-processor does more than put added tokens around a text`,
    );
  }
  return { before: ids.slice(0, at), behind: ids.slice(at + 1) };
}

/** Id of the probe, and of whatever is not among the added tokens. */
const unknown = -1;

function idsAround(json: string, probe: string, name: string): readonly number[] {
  // The file's own post-processor and added tokens over a vocabulary of one word: nothing large is built for this.
  const model = { type: 'WordPiece', vocab: { [probe]: unknown }, unk_token: probe, continuing_subword_prefix: '' };
  const bare = { normalizer: null, pre_tokenizer: null, decoder: null, model };
  try {
    return new Tokenizer({ ...JSON.parse(json), ...bare }, {}).encode(probe).ids;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ChelatedError('invalid_input', `${name} cannot be read: ${reason}`, { cause });
  }
}

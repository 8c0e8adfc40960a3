import { ChelatedError } from '../errors.ts';
import type { ModuleSource } from '../kernels/instantiate.ts';
import type { Tokenizer } from './tokenizer.ts';
import { wordPieceTokenizer } from './word-piece.ts';

/**
 * A tokenizer from the text of a `tokenizer.json`: in WebAssembly where it is BERT's WordPiece, else by a library.
 * Hosts that cannot compile bytes pass the WordPiece module. `wordBucketBits` as in `wordPieceTokenizer`, which alone has them.
 *
 * @throws {ChelatedError} invalid_input when it is not the JSON of a tokenizer, or not one that has buckets; wasm_unavailable
 */
export async function openTokenizer(json: string, source?: ModuleSource, wordBucketBits = 0): Promise<Tokenizer> {
  const tokenizer = await wordPieceTokenizer(json, source, wordBucketBits);
  if (tokenizer) return tokenizer;
  if (wordBucketBits > 0) {
    const message = 'word buckets need BERT’s tokenizer, got another one; leave them out for this student';
    throw new ChelatedError('invalid_input', message);
  }
  // Loaded for those alone who need it: it is larger than the rest of a student.
  const { libraryTokenizer } = await import('./library-tokenizer.ts');
  return libraryTokenizer(json);
}

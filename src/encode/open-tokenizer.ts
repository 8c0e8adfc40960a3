import type { ModuleSource } from '../kernels/instantiate.ts';
import type { Tokenizer } from './tokenizer.ts';
import { wordPieceTokenizer } from './word-piece.ts';

/**
 * A tokenizer from the text of a `tokenizer.json`: in WebAssembly where it is BERT's WordPiece, else by a library.
 * Hosts that cannot compile bytes pass the WordPiece module.
 *
 * @throws {ChelatedError} invalid_input when it is not the JSON of a tokenizer; wasm_unavailable
 */
export async function openTokenizer(json: string, source?: ModuleSource): Promise<Tokenizer> {
  const tokenizer = await wordPieceTokenizer(json, source);
  if (tokenizer) return tokenizer;
  // Loaded for those alone who need it: it is larger than the rest of a student.
  const { libraryTokenizer } = await import('./library-tokenizer.ts');
  return libraryTokenizer(json);
}

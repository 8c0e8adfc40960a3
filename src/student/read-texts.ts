import { readFile } from 'node:fs/promises';
import { ChelatedError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';

/** A file of a user's own texts. */
export interface TextFile {
  readonly name: string;
  readonly texts: readonly string[];
  readonly sha256: string; // fingerprint of the file's bytes
}

/**
 * Texts of a file: one a line, or from a .jsonl the fields `title` and `text` of each line. Empty lines are passed over.
 *
 * @throws {ChelatedError} not_found, invalid_input naming the line
 */
export async function readTexts(path: string): Promise<TextFile> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new ChelatedError('not_found', `texts ${path} cannot be read`, { cause });
  });
  const isJson = path.endsWith('.jsonl');
  const texts = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .flatMap((line, i) => {
      if (line.trim() === '') return [];
      return [isJson ? textOf(line, `${path}, line ${i + 1}`) : line.trim()];
    });
  return { name: path.split(/[\\/]/).at(-1)!, texts, sha256: await fingerprint(bytes) };
}

function textOf(line: string, where: string): string {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (cause) {
    throw new ChelatedError('invalid_input', `${where}: is not JSON`, { cause });
  }
  const { title, text } = Object(record) as { title?: unknown; text?: unknown };
  if (typeof text !== 'string') throw new ChelatedError('invalid_input', `${where}: expected {"text": "…"}`);
  return (typeof title === 'string' && title !== '' ? `${title} ${text}` : text).trim();
}

import { config } from '../config.ts';
import type { DocumentInput } from '../engine/prepare-documents.ts';
import { ChelatedError } from '../errors.ts';
import { documentLines, type Line, lineTooLong } from './document-lines.ts';
import { checked, parseJson } from './read-json.ts';
import { document, documentInput } from './schemas/document.ts';

/** A line of a stream: the document in it, or why there is none. */
export type ReadDocument =
  | { readonly document: DocumentInput }
  | { readonly line: number; readonly error: ChelatedError };

/** The documents of a stream of JSON lines, in batches as they come. */
export async function* readDocuments(
  body: ReadableStream<Uint8Array>,
  onPart: () => void = () => {},
): AsyncGenerator<ReadDocument[], undefined> {
  let batch: ReadDocument[] = [];
  for await (const line of documentLines(body, onPart)) {
    batch.push(read(line));
    if (batch.length < config.http.streamBatch) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
  return undefined;
}

function read({ number, text }: Line): ReadDocument {
  try {
    if (text === null) throw lineTooLong();
    return { document: documentInput(checked(document, parseJson(text, `line ${number}`), `line ${number}`)) };
  } catch (error) {
    if (!(error instanceof ChelatedError)) throw error;
    return { line: number, error };
  }
}

import { config } from '../config.ts';
import type { Collection, DocumentResult } from '../engine/collection.ts';
import type { DocumentInput } from '../engine/prepare-documents.ts';
import { ChelatedError } from '../errors.ts';
import type { Deadline } from './deadline.ts';
import { documentLines, type Line, lineTooLong } from './document-lines.ts';
import { errorAnswer } from './errors.ts';
import { checked, parseJson } from './read-json.ts';
import { document, documentInput } from './schemas/document.ts';

interface DocumentStreamOptions {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly collection: Pick<Collection, 'upsert'>;
  readonly deadline: Deadline;
  /** Called once, when nothing more will come. */
  readonly end: () => void;
}

interface Refused {
  readonly line: number;
  readonly id: string | null;
  readonly status: 'refused';
  readonly error: { readonly code: string; readonly message: string };
}

/**
 * Writes the documents of a streamed body in batches, and answers a line for each in their order; a last line has the sums,
 * and an `error` where the stream broke off: what stands before it is written.
 */
export function documentStream({ body, collection, deadline, end }: DocumentStreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const counts = { created: 0, replaced: 0, refused: 0 };
  const work = answers();
  return new ReadableStream<Uint8Array>({
    async pull(to) {
      const { done, value } = await work.next();
      if (!done) return to.enqueue(encoder.encode(value));
      end();
      to.close();
    },
    async cancel() {
      await work.return('');
      end();
    },
  });

  async function* answers(): AsyncGenerator<string, string> {
    try {
      const lines = documentLines(body ?? new Blob([]).stream(), () => deadline.renew());
      let batch: (DocumentInput | Refused)[] = [];
      for (let over = false; !over; ) {
        const { done, value } = await deadline.race(lines.next());
        over = done === true;
        if (value) batch.push(read(value));
        if (batch.length > 0 && (over || batch.length === config.http.streamBatch)) {
          yield await write(batch);
          batch = [];
        }
      }
      yield `${JSON.stringify({ done: true, ...counts })}\n`;
    } catch (error) {
      yield `${JSON.stringify({ done: false, ...counts, ...errorAnswer(error).body })}\n`;
    }
    return '';
  }

  /** Upserts what can be, and gives a line for each entry of the batch. */
  async function write(batch: readonly (DocumentInput | Refused)[]): Promise<string> {
    const inputs = batch.filter((each): each is DocumentInput => !('status' in each));
    const results = inputs.length > 0 ? await collection.upsert(inputs, { signal: deadline.signal }) : [];
    let next = 0;
    return batch
      .map((each) => {
        const result: DocumentResult | Refused = 'status' in each ? each : results[next++]!;
        counts[result.status]++;
        return `${JSON.stringify(result)}\n`;
      })
      .join('');
  }
}

function read({ number, text }: Line): DocumentInput | Refused {
  try {
    if (text === null) throw lineTooLong();
    return documentInput(checked(document, parseJson(text, `line ${number}`), `line ${number}`));
  } catch (error) {
    if (!(error instanceof ChelatedError)) throw error;
    return { line: number, id: null, status: 'refused', error: errorAnswer(error).body.error };
  }
}

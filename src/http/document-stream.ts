import type { Collection } from '../engine/collection.ts';
import type { Deadline } from './deadline.ts';
import { errorAnswer } from './errors.ts';
import { type ReadDocument, readDocuments } from './read-documents.ts';

interface DocumentStreamOptions {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly collection: Pick<Collection, 'upsert'>;
  readonly deadline: Deadline;
  /** Called once, when nothing more will come. */
  readonly end: () => void;
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
      end();
      await work.return('');
    },
  });

  async function* answers(): AsyncGenerator<string, string> {
    const { signal } = deadline; // heard from the first part on
    try {
      const batches = readDocuments(body ?? new Blob([]).stream(), () => deadline.renew());
      for (;;) {
        const { done, value } = await deadline.race(batches.next());
        if (done) break;
        yield await write(value, signal);
      }
      yield `${JSON.stringify({ done: true, ...counts })}\n`;
    } catch (error) {
      yield `${JSON.stringify({ done: false, ...counts, ...errorAnswer(error).body })}\n`;
    }
    return '';
  }

  /** Upserts what can be, and gives a line for each entry of the batch. */
  async function write(batch: readonly ReadDocument[], signal: AbortSignal): Promise<string> {
    const inputs = batch.flatMap((each) => ('error' in each ? [] : [each.document]));
    const results = inputs.length > 0 ? await collection.upsert(inputs, { signal }) : [];
    let next = 0;
    const lines = batch.map((each) => {
      const result = 'error' in each ? refused(each.line, each.error) : results[next++]!;
      counts[result.status]++;
      return `${JSON.stringify(result)}\n`;
    });
    return lines.join('');
  }
}

function refused(line: number, error: unknown) {
  return { line, id: null, status: 'refused' as const, error: errorAnswer(error).body.error };
}

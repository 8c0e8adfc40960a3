import { config } from '../config.ts';
import { matrix, row } from '../matrix.ts';
import { checkTexts } from './check-texts.ts';
import type { Encoded, EncodeOptions, Encoder, TextRole } from './encoder.ts';
import { wrappedEncoder } from './wrapped-encoder.ts';

interface Waiting {
  readonly texts: readonly string[];
  readonly role: TextRole;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (encoded: Encoded) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * The same encoder for many callers at a time: what arrives while it is busy is embedded together when it is free. A caller who
 * is alone does not wait. Calls that want more than vectors (ids, progress) go through as they are.
 *
 * When a batch fails, each of its callers is tried alone: one caller's text is nobody else's failure. A table costs the same
 * in one go as in many, so it stays as it is.
 */
export function batchingEncoder(encoder: Encoder): Encoder {
  if (encoder.table) return encoder;
  const queue: Waiting[] = [];
  let busy = false;

  async function run(): Promise<void> {
    if (busy) return;
    busy = true;
    while (queue.length > 0) await embed(takeBatch(queue));
    busy = false;
  }

  async function embed(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 1) return alone(batch[0]!);
    try {
      const texts = batch.flatMap((each) => each.texts);
      const { vectors, failed } = await encoder.encode(texts, { role: batch[0]!.role });
      let from = 0;
      for (const { texts, resolve } of batch) {
        const own = matrix(texts.length, encoder.dims);
        for (let i = 0; i < texts.length; i++) row(own, i).set(row(vectors, from + i));
        const [first, end] = [from, from + texts.length];
        resolve({ vectors: own, failed: failed.filter((i) => i >= first && i < end).map((i) => i - first) });
        from = end;
      }
    } catch {
      for (const each of batch) await alone(each);
    }
  }

  async function alone({ texts, role, signal, resolve, reject }: Waiting): Promise<void> {
    await encoder.encode(texts, { role, ...(signal && { signal }) }).then(resolve, reject);
  }

  function encode(texts: readonly string[], options: EncodeOptions): Promise<Encoded> {
    const { role, signal, ...more } = options;
    if (Object.values(more).some((value) => value !== undefined) || texts.length >= config.batching.texts) {
      return encoder.encode(texts, options);
    }
    return new Promise((resolve, reject) => {
      checkTexts(texts);
      signal?.throwIfAborted();
      const leave = () => reject(signal!.reason);
      signal?.addEventListener('abort', leave, { once: true });
      const done = () => signal?.removeEventListener('abort', leave);
      queue.push({
        texts,
        role,
        signal,
        resolve: (encoded) => {
          done();
          resolve(encoded);
        },
        reject: (reason) => {
          done();
          reject(reason);
        },
      });
      void run();
    });
  }

  return wrappedEncoder(encoder, { encode });
}

/** The longest waiting and those behind it that go with it; who no longer wants an answer is left out. */
function takeBatch(queue: Waiting[]): Waiting[] {
  const batch: Waiting[] = [];
  let texts = 0;
  for (let i = 0; i < queue.length; ) {
    const next = queue[i]!;
    const fits =
      batch.length === 0 || (next.role === batch[0]!.role && texts + next.texts.length <= config.batching.texts);
    if (!next.signal?.aborted && !fits) {
      i++;
      continue;
    }
    queue.splice(i, 1);
    if (next.signal?.aborted) continue;
    batch.push(next);
    texts += next.texts.length;
  }
  return batch;
}

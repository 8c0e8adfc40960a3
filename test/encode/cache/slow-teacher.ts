// A process that embeds texts through a cache with a teacher that is slow and writes down what it was asked for.
//   bun slow-teacher.ts CACHE_DIRECTORY LOG TEXTS BATCH PAUSE_MS
import { appendFileSync } from 'node:fs';
import { cachedEncoder } from '../../../src/encode/cache/cached-encoder.ts';
import { countingEncoder, textOf } from './counting-encoder.ts';

const [directory, log, texts, batch, pause] = process.argv.slice(2);
const encoder = countingEncoder({
  batch: Number(batch),
  pauseMs: Number(pause),
  onAsked: (asked) => appendFileSync(log!, asked.map((text) => `${text}\n`).join('')),
});
const cached = cachedEncoder(encoder, { directory: directory! });
const list = Array.from({ length: Number(texts) }, (_, i) => textOf(i));
const { vectors, failed } = await cached.encode(list, { role: 'document' });
cached.dispose();
console.log(JSON.stringify({ rows: vectors.rows, failed, sum: vectors.data.reduce((sum, x) => sum + x, 0) }));

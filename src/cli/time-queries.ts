import type { Adapter } from '../adapter/adapter.ts';
import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { correctTexts, type PlacedText } from './correct-texts.ts';

/**
 * Median time to make one query's vector from its text (tokens, base vector, correction), one query at a time.
 *
 * Unit    microseconds; the search itself is not in it
 */
export async function timeQueries(
  encoder: Encoder,
  adapter: Adapter | null,
  queries: readonly PlacedText[],
): Promise<number> {
  const timed = queries.slice(0, config.cli.timedQueries);
  const times: number[] = [];
  for (const query of timed) {
    const start = performance.now();
    await correctTexts(encoder, adapter, [query], 'query');
    times.push((performance.now() - start) * 1000);
  }
  times.sort((a, b) => a - b);
  return Math.round((times[times.length >> 1] ?? 0) * 10) / 10;
}

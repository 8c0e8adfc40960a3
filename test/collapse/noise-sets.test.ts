import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { noiseSets } from '../../src/collapse/noise-sets.ts';

const events = fc.array(fc.uniqueArray(fc.nat({ max: 6 }), { maxLength: 4 }), { maxLength: 40 });

describe('noiseSets', () => {
  test('keeps the newest K events of each document, in order, and forgets nothing else', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 5 }), (lists, K) => {
        const sets = noiseSets(
          7,
          lists.map((list) => Uint32Array.from(list)),
          K,
        );
        for (let document = 0; document < 7; document++) {
          const all = lists.flatMap((list, i) => (list.includes(document) ? [i] : []));
          expect([...sets.of(document)]).toEqual(all.slice(-K));
        }
      }),
    );
  });

  test('knows nothing of a document that is not there', () => {
    expect(noiseSets(1, [new Uint32Array([0, 5])], 3).of(5)).toEqual([]);
  });
});

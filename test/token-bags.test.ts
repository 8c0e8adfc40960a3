import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { appendBags, tokenBags } from '../src/token-bags.ts';

describe('appendBags', () => {
  test('is the bags of both lists of texts, one after the other', () => {
    const lists = fc.array(fc.array(fc.nat(20)), { maxLength: 6 });
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        expect(appendBags(tokenBags(a), tokenBags(b))).toEqual(tokenBags([...a, ...b]));
      }),
    );
  });
});

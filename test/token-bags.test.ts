import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { appendBags, bagsBelow, tokenBags } from '../src/token-bags.ts';

describe('bagsBelow', () => {
  test('is the bags of the lists without the ids that are not below', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(20)), { maxLength: 6 }), fc.nat(21), (lists, limit) => {
        const below = lists.map((list) => list.filter((id) => id < limit));
        expect(bagsBelow(tokenBags(lists), limit)).toEqual(tokenBags(below));
      }),
    );
  });
});

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

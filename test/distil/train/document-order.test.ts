import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { documentOrder } from '../../../src/distil/train/document-order.ts';

describe('documentOrder', () => {
  test('holds every row once, whatever the seed and epoch', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 30 }), fc.integer({ min: 0, max: 200 }), (seed, epoch, n) => {
        const rows = Uint32Array.from({ length: n }, (_, i) => i * 3);
        expect(documentOrder(rows, seed, epoch).sort()).toEqual(rows);
      }),
    );
  });

  test('depends on seed and epoch alone, and differs between any two of them', () => {
    const rows = Uint32Array.from({ length: 100 }, (_, i) => i);
    const orders = [0, 1, 2].flatMap((seed) => [0, 1, 2, 3].map((epoch) => documentOrder(rows, seed, epoch).join()));
    expect(new Set(orders).size).toBe(orders.length);
    expect(documentOrder(rows, 2, 3).join()).toBe(orders.at(-1)!);
    expect(rows).toEqual(Uint32Array.from({ length: 100 }, (_, i) => i));
  });
});

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { fromFloat16, toFloat16 } from '../../src/encode/float16.ts';

const every = Uint16Array.from({ length: 65536 }, (_, word) => word);
const numbers = fromFloat16(every);

describe('fromFloat16', () => {
  test('reads known words', () => {
    const words = [0x0000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0x3555, 0x7bff, 0xc000, 0xfc00];
    const expected = [0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, 0.333251953125, 65504, -2, Number.NEGATIVE_INFINITY];
    expect(Array.from(fromFloat16(Uint16Array.from(words)))).toEqual(expected);
    expect(Object.is(fromFloat16(Uint16Array.of(0x8000))[0], -0)).toBe(true);
    expect(fromFloat16(Uint16Array.of(0x7c01))[0]).toBeNaN();
  });

  test('rises with the word, through denormals, to infinity', () => {
    for (let word = 1; word <= 0x7c00; word++) expect(numbers[word]! > numbers[word - 1]!).toBe(true);
  });
});

describe('toFloat16', () => {
  test('gives every word back', () => {
    const back = toFloat16(numbers);
    for (let word = 0; word < 65536; word++) {
      if (!Number.isNaN(numbers[word]!)) expect(back[word]).toBe(word);
    }
  });

  test('rounds to the nearest word, ties to the even one', () => {
    const finite = fc.float({ min: -65519, max: 65519, noNaN: true });
    const tiny = fc.float({ min: Math.fround(-(2 ** -13)), max: Math.fround(2 ** -13), noNaN: true });
    fc.assert(
      fc.property(fc.oneof(finite, tiny), (x) => {
        const word = toFloat16(Float32Array.of(x))[0]!;
        const got = Math.abs(numbers[word]! - x);
        for (const other of [word - 1, word + 1]) {
          const y = numbers[other & 0xffff]!;
          if (!Number.isFinite(y) || ((other ^ word) & 0x8000) !== 0) continue;
          const distance = Math.abs(y - x);
          expect(got < distance || (got === distance && word % 2 === 0)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('rounds every tie to the even word', () => {
    const ties = Float32Array.from({ length: 0x7bff }, (_, word) => (numbers[word]! + numbers[word + 1]!) / 2);
    toFloat16(ties).forEach((got, word) => {
      expect(got).toBe(word + (word % 2));
    });
  });

  test('is infinite from 65520 on, and keeps NaN', () => {
    expect(Array.from(toFloat16(Float32Array.of(65519.996, 65520, -1e30)))).toEqual([0x7bff, 0x7c00, 0xfc00]);
    expect(fromFloat16(toFloat16(Float32Array.of(Number.NaN)))[0]).toBeNaN();
  });
});

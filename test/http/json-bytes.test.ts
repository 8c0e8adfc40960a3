import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { jsonBytes, jsonWithRows } from '../../src/http/json-bytes.ts';
import { matrix } from '../../src/matrix.ts';

const written = (...parts: Parameters<typeof jsonBytes>[0]) => new TextDecoder().decode(jsonBytes(parts));
const read = (numbers: Float32Array): number[] => JSON.parse(written(numbers));

describe('jsonBytes', () => {
  test('every finite f32 is read back as itself, in nine digits where it is between 1e-5 and 1', () => {
    const bits = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1, maxLength: 50 });
    const small = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 });
    const some = fc.oneof(
      bits.map((words) => new Float32Array(Uint32Array.from(words).buffer).filter(Number.isFinite)),
      small.map((numbers) => Float32Array.from(numbers)),
    );
    fc.assert(
      fc.property(some, (numbers) => {
        const text = written(numbers);
        const values: number[] = JSON.parse(text);
        // A zero's sign is not written, as JSON.stringify does not.
        expect(Float32Array.from(values)).toEqual(numbers.map((x) => x + 0));
        for (const [i, each] of text.slice(1, -1).split(',').entries()) {
          const size = Math.abs(numbers[i]!);
          if (size >= 1e-5 && size < 1) expect(each.replace(/^-?0\.0*/, '')).toMatch(/^\d{9}$/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is right beside every power of ten and of two, where digits and steps change', () => {
    const edges: number[] = [];
    for (let e = -45; e <= 38; e++) edges.push(Math.fround(10 ** e));
    for (let e = -149; e <= 127; e++) edges.push(2 ** e);
    const words = new Uint32Array(Float32Array.from(edges).buffer);
    const beside = Uint32Array.from([...words].flatMap((word) => [word - 1, word, word + 1, word | 0x80000000]));
    const numbers = new Float32Array(beside.buffer).filter(Number.isFinite);
    expect(Float32Array.from(read(numbers))).toEqual(numbers);
  });

  test('writes what is not finite as null, as JSON.stringify does', () => {
    expect(written(Float32Array.of(0, Number.NaN, -1, Number.POSITIVE_INFINITY))).toBe('[0,null,-1,null]');
  });

  test('long and short answers, with text of any language, are what JSON.stringify makes of them', () => {
    const row = fc.float32Array({ min: -1, max: 1, noNaN: true, maxLength: 9000 });
    fc.assert(
      fc.property(row, fc.string({ unit: 'grapheme' }), (numbers, said) => {
        const text = written(`{"said":${JSON.stringify(said)},"x":`, numbers, '}');
        const { x, ...rest } = JSON.parse(text);
        expect(rest).toEqual({ said });
        expect(Float32Array.from(x)).toEqual(numbers.map((each) => each + 0));
      }),
    );
  });

  test('two answers do not share their bytes', () => {
    const [one, other] = [jsonBytes(['[1]']), jsonBytes(['[2]'])];
    expect([new TextDecoder().decode(one), new TextDecoder().decode(other)]).toEqual(['[1]', '[2]']);
  });
});

describe('jsonWithRows', () => {
  test('adds the rows as a field, alone or in an object each; no rows are an empty list', () => {
    const X = matrix(2, 2, Float32Array.of(0, 1, -1, 0.5));
    const text = (...given: Parameters<typeof jsonWithRows>) =>
      JSON.parse(new TextDecoder().decode(jsonWithRows(...given)));
    expect(text({ a: 1 }, 'rows', X)).toEqual({
      a: 1,
      rows: [
        [0, 1],
        [-1, 0.5],
      ],
    });
    const around = (i: number) => [`{"i":${i},"x":`, '}'] as const;
    expect(text({ a: 1 }, 'rows', X, around).rows).toEqual([
      { i: 0, x: [0, 1] },
      { i: 1, x: [-1, 0.5] },
    ]);
    expect(text({ a: 1 }, 'rows', matrix(0, 2))).toEqual({ a: 1, rows: [] });
  });
});

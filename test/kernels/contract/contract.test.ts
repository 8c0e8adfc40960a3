import { describe, expect, test } from 'bun:test';
import { allCases } from './all-cases.ts';
import { allBuilds, rawExports } from './builds.ts';
import { type FillName, fills } from './fills.ts';
import { runCase } from './run-case.ts';

const lengths = [...Array(68).keys(), 384, 768, 1024, 4096];
const some = [1, 5, 16, 37, 67, 384];
const fine = { wrong: null, touched: null };

for (const build of allBuilds) {
  const exports = rawExports(build);
  for (const [name, make] of Object.entries(allCases)) {
    describe(`${name} (${build})`, () => {
      const holds = (d: number, fill: FillName, shift = 0, step = 0) =>
        expect({ d, fill, shift, step, ...runCase(exports, make(d, fills[fill]), shift, step) }).toEqual({
          d,
          fill,
          shift,
          step,
          ...fine,
        });

      test('agrees with reference at every length 0..67 and 384, 768, 1024, 4096', () => {
        for (const d of lengths) holds(d, 'ordinary');
      });
      test('agrees with reference at every alignment', () => {
        for (const d of some)
          for (let shift = 0; shift < 16; shift++) for (const step of [0, 1, 4]) holds(d, 'ordinary', shift, step);
      });
      test('writes nothing outside its output', () => {
        for (const d of lengths.slice(0, 68))
          expect(runCase(exports, make(d, fills.ordinary), 4, 4).touched).toBeNull();
      });
      test('leaves zero rows zero', () => {
        for (const d of some) holds(d, 'zero');
      });
      test('propagates NaN', () => {
        for (const d of some) holds(d, 'NaN');
      });
      test('treats ±Infinity as reference does', () => {
        for (const d of some) for (const fill of ['Infinity', '−Infinity'] as const) holds(d, fill);
      });
      test('keeps its bound on denormals', () => {
        for (const d of some) for (const fill of ['denormal', 'least denormal'] as const) holds(d, fill);
      });
      test('keeps its bound at 1e-30 and 1e30', () => {
        for (const d of some) for (const fill of ['tiny', 'huge', 'tiny and huge'] as const) holds(d, fill);
      });
      if (/normalize|push|blend/.test(name)) {
        test('keeps its bound near the largest number there is', () => {
          for (const d of some) holds(d, 'largest');
        });
      }
    });
  }
}

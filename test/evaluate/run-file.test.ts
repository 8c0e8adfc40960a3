import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { rank } from '../../src/evaluate/ranking.ts';
import { parseRun, runLines } from '../../src/evaluate/run-file.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '-', '0'), minLength: 1, maxLength: 4 });
const score = fc.float({ noNaN: true, noDefaultInfinity: true });
const list = fc.uniqueArray(fc.tuple(word, score), { selector: ([id]) => id, minLength: 1 }).map((pairs) =>
  rank(
    pairs.map(([id]) => id),
    pairs.map(([, value]) => value),
  ),
);
const run = fc.uniqueArray(fc.tuple(word, list), { selector: ([id]) => id }).map((pairs) => new Map(pairs));

describe('runLines', () => {
  test('reads back to the same run, score for score', () => {
    fc.assert(
      fc.property(run, (written) => {
        expect(parseRun([...runLines(written)].join(''))).toEqual(written);
      }),
    );
  });

  test('ranks from 1', () => {
    const lines = [...runLines(new Map([['q', rank(['a', 'b'], [0.1, 0.2])]]), 'tag')];
    expect(lines.map((line) => line.split(' ')[3])).toEqual(['1', '2']);
  });

  test('throws invalid_input for an id or a tag that is not one word', () => {
    const all = (query: string, id: string, tag?: string) => [...runLines(new Map([[query, rank([id], [1])]]), tag)];
    for (const bad of ['', 'a b', 'a\tb', 'a\n']) {
      for (const lines of [() => all(bad, 'd'), () => all('q', bad), () => all('q', 'd', bad)]) {
        expect(lines).toThrow(expect.objectContaining({ code: 'invalid_input' }));
      }
    }
  });
});

describe('parseRun', () => {
  test('orders by score and id, whatever the rank column says', () => {
    expect(parseRun('q Q0 a 1 0.5 t\nq Q0 b 2 0.5 t\nq Q0 c 3 9 t\n').get('q')?.ids).toEqual(['c', 'b', 'a']);
  });

  test('names the line of what it cannot read', () => {
    for (const bad of ['q Q0 a 1 0.5', 'q Q0 a 1 x t', 'q Q0 a 1 0.5 t more', 'q']) {
      expect(() => parseRun(`q Q0 a 1 0.5 t\n${bad}\n`, 'mine.run')).toThrow('mine.run, line 2: expected "qid Q0');
    }
  });
});

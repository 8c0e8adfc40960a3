import { describe, expect, test } from 'bun:test';
import type { LabRow } from '../../src/lab/experiment.ts';
import { experiments } from '../../src/lab/experiments.ts';
import { keptLine } from '../../src/lab/kept-line.ts';
import { reproduction, reproductionText, tolerance } from '../../src/lab/reproduction.ts';
import { madeUpRows } from './made-up-rows.ts';

const { parameters } = experiments.find(({ name }) => name === 'compare')!;
const rows: LabRow[] = madeUpRows.compare!.map((row) => ({
  ...row,
  student: '/home/a/RAW',
  teacher: 'vectors:/data/x/d.npy,/data/x/q.npy',
}));
const moved = (by: number) => rows.map((row, i) => (i === 2 ? { ...row, ndcg: (row.ndcg as number) + by } : row));

describe('reproduction', () => {
  for (const { name, parameters } of experiments) {
    test(`${name}: a run reproduces itself, every row of it`, () => {
      const own = madeUpRows[name]!;
      const { found, largest, beyond } = reproduction(own, own.toReversed(), parameters);
      expect([found, beyond]).toEqual([own.length, []]);
      expect(largest!.now - largest!.earlier).toBe(0);
    });
  }

  test('finds what has moved by more than the tolerance, and the largest difference whatever it is', () => {
    for (const by of [0.0005, tolerance, -tolerance]) {
      const { largest, beyond } = reproduction(moved(by), rows, parameters);
      expect(largest).toMatchObject({ figure: 'ndcg', earlier: rows[2]!.ndcg });
      expect(beyond).toEqual([]);
    }
    for (const by of [0.0021, -0.3]) {
      const found = reproduction(moved(by), rows, parameters);
      expect(found.beyond).toEqual([found.largest!]);
      expect(reproductionText(found, 'rows.jsonl')).toContain(Math.abs(by).toFixed(4));
    }
  });

  test('knows kept rows again: without single queries, and wherever files lie', () => {
    const line = { experiment: 'compare', cell: 'one | /home/a/RAW | t | 0', state: 'abc', rows };
    const kept = keptLine(line);
    expect(JSON.stringify(kept)).not.toMatch(/perQuery|\/home|\/data|abc/);
    const elsewhere = rows.map((row) => ({ ...row, student: 'C:\\b\\RAW', teacher: 'vectors:d.npy,../q.npy' }));
    expect(reproduction(elsewhere, kept.rows, parameters)).toMatchObject({ found: rows.length, beyond: [] });
  });

  test('matches no row of another seed, encoder, collection or parameter', () => {
    const others: LabRow[] = [
      { seed: 1 },
      { student: 'static' },
      { teacher: 'MiniLM' },
      { collection: 'three' },
      { method: 'x' },
    ];
    for (const other of others) {
      const changed = rows.map((row): LabRow => ({ ...row, ...other }));
      expect(reproduction(changed, rows, parameters)).toMatchObject({ found: 0, figures: 0, largest: null });
    }
  });

  test('leaves out seconds, memory, and what one of the two runs has not', () => {
    const timed = madeUpRows['benchmark-distillation']!;
    const { parameters } = experiments.find(({ name }) => name === 'benchmark-distillation')!;
    const slower = timed.map(({ skewness, ...row }) => ({ ...row, fitSeconds: 99, peakMegabytes: 9 }));
    expect(reproduction(slower, timed, parameters)).toMatchObject({ beyond: [], figures: timed.length * 2 });
  });
});

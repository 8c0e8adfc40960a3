import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { reportTable } from '../../src/evaluate/report-table.ts';

describe('reportTable', () => {
  test('aligns every line', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.double(), fc.integer(), fc.constant(null));
    const row = fc.record({ name: fc.string({ unit: 'grapheme' }), figures: fc.array(cell, { maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(row), fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 }), (rows, columns) => {
        const safe = rows.filter(({ name, figures }) => ![name, ...figures].some((x) => /\n/.test(String(x))));
        const lines = reportTable(columns, safe).split('\n');
        expect(lines).toHaveLength(safe.length + 2);
        expect(new Set(lines.map((line) => Array.from(line).length)).size).toBe(1);
      }),
    );
  });

  test('shows figures as tables of the field do', () => {
    const figures = [0.4, -0.0126, 1, 0, 5183, 41.26, 1234.5, null, 'yes', Number.NaN];
    const cells = reportTable(figures.map(String), [{ name: 'row', figures }])
      .split('\n')[2]!
      .split('|');
    expect(cells.slice(2, -1).map((cell) => cell.trim())).toEqual([
      '.400',
      '-.013',
      '1.000',
      '.000',
      '5183',
      '41.3',
      '1235',
      '–',
      'yes',
      'NaN',
    ]);
  });
});

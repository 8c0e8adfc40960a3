import { describe, expect, test } from 'bun:test';
import { shownFigure } from '../../src/evaluate/report-table.ts';
import type { Experiment, LabRow } from '../../src/lab/experiment.ts';
import { experiments } from '../../src/lab/experiments.ts';
import { overSeeds } from '../../src/lab/mean-row.ts';
import type { Report } from '../../src/lab/report.ts';
import { madeUpRows, otherFigures } from './made-up-rows.ts';

const reportOf = (experiment: Experiment, rows: readonly LabRow[]): Report =>
  experiment.report(overSeeds(rows, experiment.parameters));

/** Every line of every table: its names, and its figures as they are shown. */
function lines(report: Report): { name: string; figures: string[] }[] {
  return report.sections.flatMap(({ title, table }) =>
    (table?.rows ?? []).map(({ name, figures }) => ({
      name: `${title}: ${name}`,
      // p is adjusted for all tests of a table, so that more of them change it.
      figures: figures.filter((_, i) => table!.columns[i] !== 'p (Holm)').map(shownFigure),
    })),
  );
}

for (const experiment of experiments) {
  const rows = madeUpRows[experiment.name]!;
  describe(`the report of ${experiment.name}`, () => {
    for (const [column, own, other] of [
      ['teacher', 'MiniLM', 'mpnet'],
      ['student', 'static', 'another'],
    ] as const) {
      test(`has the figures of one ${column} whatever another one has, and names both`, () => {
        const alone = lines(reportOf(experiment, rows));
        const both = reportOf(experiment, [...otherFigures(rows, { [column]: other }), ...rows]);
        const unnamed = (name: string) => name.replace(new RegExp(`(, | )?(static|${own})`), '');
        const mine = lines(both).filter(({ name }) => !name.includes(other));
        expect(mine.every(({ name }) => name.includes(own))).toBe(true);
        expect(mine.map(({ name, figures }) => ({ name: unnamed(name), figures }))).toEqual(
          alone.map(({ name, figures }) => ({ name: unnamed(name), figures })),
        );
        // The other one's lines are as many, and say something else.
        const others = lines(both).filter(({ name }) => name.includes(other));
        expect(others.length).toBe(mine.length);
        expect(others.map(({ figures }) => figures)).not.toEqual(mine.map(({ figures }) => figures));
        for (const [i, { title }] of both.sections.flatMap(({ charts = [] }) => charts).entries()) {
          const series = both.sections.flatMap(({ charts = [] }) => charts)[i]!.series.map(({ name }) => name);
          expect([title, ...series].some((name) => name.includes(own) || name.includes(other))).toBe(true);
        }
      });
    }

    test('says of seeds that agree what it says of one, ±0', () => {
      const seeds = [0, 1, 2].flatMap((seed) => rows.map((row) => ({ ...row, seed })));
      const one = (text: string) => text.replaceAll(' (±.000)', '').replaceAll(' (±0.0)', '').replaceAll(' (±0)', '');
      const counted = (text: string) => one(text).replaceAll('of 3)', 'of 1)').replaceAll('(3 ', '(1 ');
      expect(lines(reportOf(experiment, seeds)).map(({ figures }) => figures.map(counted))).toEqual(
        lines(reportOf(experiment, rows)).map(({ figures }) => figures),
      );
    });

    test('shows the mean of seeds that differ, in whatever order they were measured', () => {
      const other = otherFigures(rows, { seed: 1 });
      const [both, turned, first, second] = [[...rows, ...other], [...other, ...rows], rows, other].map((of) =>
        lines(reportOf(experiment, of)),
      );
      expect(turned!.map(({ figures }) => figures).sort()).toEqual(both!.map(({ figures }) => figures).sort());
      const shown = both!.flatMap(({ figures }, i) =>
        figures.map((figure, j) => [figure, first![i]!.figures[j]!, second![i]!.figures[j]!] as const),
      );
      const spread = shown.filter(([figure]) => figure.includes('±'));
      expect(spread.length).toBeGreaterThan(3);
      for (const [figure, a, b] of spread) {
        const [x, y] = [a, b].map((text) => Number.parseFloat(text.replace('(', '')));
        const [mean, half] = figure.match(/-?\d*\.?\d+/g)!.map(Number);
        // Each is rounded by itself.
        const rounding = figure.includes('.') ? 0.011 : 1;
        expect(Math.abs(mean! - (x! + y!) / 2)).toBeLessThanOrEqual(rounding);
        expect(Math.abs(half! - Math.abs(x! - y!) / 2)).toBeLessThanOrEqual(rounding);
      }
    });
  });
}

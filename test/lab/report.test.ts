import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { against, ndcgMeasure, significance } from '../../src/lab/against.ts';
import { drawChart } from '../../src/lab/chart.ts';
import { meanRow } from '../../src/lab/mean-row.ts';
import type { Report } from '../../src/lab/report.ts';
import { spearman } from '../../src/lab/spearman.ts';
import { reportPage, reportText } from '../../src/lab/write-report.ts';

const report: Report = {
  title: 'A <title> & more',
  introduction: 'What was "measured".',
  sections: [
    {
      title: 'First',
      text: 'a < b',
      charts: [
        {
          kind: 'lines',
          title: 'A curve',
          x: 'α',
          y: 'nDCG@10',
          series: [{ name: 'one', points: [0, 1].map((x) => ({ x, y: 0.4 + x / 10, low: 0.3, high: 0.6 })) }],
        },
      ],
      table: { columns: ['nDCG@10'], rows: [{ name: 'student <b>', figures: [0.25] }] },
    },
  ],
};

describe('reportPage', () => {
  test('loads nothing and runs nothing: no address, script or link in it', async () => {
    const page = await reportPage(report);
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(\s*['"]?https?:/i);
    const addresses = [...page.matchAll(/https?:\/\/[^"'\s<]+/g)].map(([address]) => address);
    // What names the SVG vocabulary is no address that is fetched.
    expect(new Set(addresses)).toEqual(
      new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink'].filter((a) => page.includes(a))),
    );
  });

  test('texts are shown as they are', async () => {
    const page = await reportPage(report);
    for (const text of [
      'A &lt;title&gt; &amp; more',
      'What was &quot;measured&quot;.',
      'student &lt;b&gt;',
      '>.250<',
    ]) {
      expect(page).toContain(text);
    }
  });
});

describe('reportText', () => {
  test('has the tables as Markdown', () => {
    expect(reportText(report)).toContain('| student <b> |    .250 |');
  });
});

describe('drawChart', () => {
  test('draws every kind with its series and titles, the band under a line too', async () => {
    for (const kind of ['lines', 'bars', 'scatter'] as const) {
      const chart = report.sections[0]!.charts![0]!;
      const svg = await drawChart({ ...chart, kind });
      expect(svg.startsWith('<svg')).toBe(true);
      for (const text of ['A curve', 'nDCG@10', 'one']) expect(svg).toContain(text);
      expect(svg.includes('opacity="0.15"')).toBe(kind === 'lines');
    }
  });

  test('its text has the colour of the page', async () => {
    const svg = await drawChart(report.sections[0]!.charts![0]!);
    const colours = [...svg.matchAll(/<text[^>]*fill="([^"]*)"/g)].map(([, colour]) => colour);
    expect(colours.length).toBeGreaterThan(5);
    expect(new Set(colours)).toEqual(new Set(['currentColor']));
  });
});

describe('spearman', () => {
  test('is the same under any increasing change of scale, turns with the order, and is 1 with itself', () => {
    const figures = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(figures, fc.nat(), (a, seed) => {
        const b = a.map((value, i) => ((value * 7 + i * seed) % 11) - 5);
        const rho = spearman(a, b);
        expect(spearman(a.map(Math.exp), b)).toBeCloseTo(rho, 9);
        expect(spearman(b, a)).toBeCloseTo(rho, 9);
        expect(
          spearman(
            a,
            b.map((v) => -v),
          ),
        ).toBeCloseTo(-rho, 9);
        expect(spearman(a, a)).toBeCloseTo(new Set(a).size > 1 ? 1 : 0, 9);
      }),
    );
  });
});

describe('against', () => {
  test('adjusts p over all rows that have another reference than themselves', () => {
    const row = (name: string, shift: number) =>
      meanRow([{ name, perQuery: Array.from({ length: 40 }, (_, i) => 0.3 + shift * (1 + (i % 3))) }]);
    const rows = [row('base', 0), row('same', 0), row('better', 0.05), row('worse', -0.02)];
    const tested = against(rows, rows, ({ name }) => name === 'base');
    expect(tested.map(({ row }) => row.mean.name)).toEqual(['same', 'better', 'worse']);
    expect(tested.every(({ p, adjusted }) => adjusted >= p)).toBe(true);
    expect(tested[0]!.adjusted).toBe(1);
    expect(tested[1]!.low).toBeGreaterThan(0);
    expect(tested[2]!.high).toBeLessThan(0);
  });

  test('adjusts p over all measures of the table, each by its own queries, and a table of several names them', () => {
    const collapse = { name: 'collapse', column: 'collapse', perQuery: 'collapsed' };
    const row = (name: string, ndcg: number, collapsed: number) =>
      meanRow([
        {
          ...{ name, ndcg, collapse: collapsed / 40 },
          perQuery: Array.from({ length: 40 }, (_, i) => ndcg + (i % 7) / 1000),
          collapsed: Array.from({ length: 40 }, (_, i) => (i < collapsed ? 1 : 0)),
        },
      ]);
    const rows = [row('base', 0.3, 4), row('other', 0.4, 20)];
    const measures = [ndcgMeasure, collapse];
    const both = against(rows, rows, ({ name }) => name === 'base', measures);
    expect(both.map(({ measure }) => measure)).toEqual(measures);
    expect(both.map(({ difference }) => difference.toFixed(3))).toEqual(['0.100', '0.400']);
    for (const [i, measure] of measures.entries()) {
      const [alone] = against(rows, rows, ({ name }) => name === 'base', [measure]);
      expect(both[i]).toMatchObject({ p: alone!.p, adjusted: 2 * alone!.p });
      expect(significance('', [alone!], ({ name }) => String(name)).table!.columns[0]).toBe(measure.name);
    }
    const { table } = significance('', both, ({ name }) => String(name));
    expect(table!.rows.map(({ name, figures }) => [name, figures[0]!])).toEqual([
      ['other: nDCG@10', 0.4],
      ['other: collapse', 0.5],
    ]);
  });
});

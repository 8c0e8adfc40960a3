import { against, significance } from './against.ts';
import type { Series } from './chart.ts';
import { distinct, type Group, grouped } from './grouped.ts';
import { figure, type MeanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Report, Section } from './report.ts';

/** Bars of every rung, hubness beside quality, and what the pseudo-queries' choice loses to the oracle's. */
export function ladderReport(rows: readonly MeanRow[]): Report {
  const { groups, nameOf } = grouped(rows);
  const tested = against(rows, rows, ({ rung, space }, row) => rung === 'none' && space === row.space);
  return {
    title: 'The hubness ladder',
    introduction:
      'Corrections of hubs, cheap ones first. Settings are chosen by how well a sentence finds the document it was taken out of; the oracle chooses by the test judgements. Skewness is of N₁₀ over the judged queries.',
    sections: [
      ...groups.map(rungsOf),
      significance('Against no correction', tested, (row) => `${nameOf(row)}, ${row.space}, ${row.rung}`),
    ],
  };
}

function rungsOf({ name, rows }: Group): Section {
  const spaces = distinct(rows, 'space');
  const of = (space: string) => rows.filter(({ mean }) => mean.space === space);
  const bars = (column: string): Series[] =>
    spaces.map((space) => ({
      name: space,
      points: of(space).map(({ mean }) => ({ x: String(mean.rung), y: number(mean[column]) })),
    }));
  return {
    title: name,
    charts: [
      { kind: 'bars', title: `${name}: nDCG@10`, x: '', y: 'nDCG@10', series: bars('ndcg') },
      { kind: 'bars', title: `${name}: skewness of N₁₀`, x: '', y: 'skewness', series: bars('skewness') },
    ],
    table: {
      columns: spaces.flatMap((space) => [space, 'oracle', 'skewness', 'settings']),
      rows: distinct(rows, 'rung').map((rung) => ({
        name: rung,
        figures: spaces.flatMap((space) => {
          const row = of(space).find(({ mean }) => mean.rung === rung);
          return [...['ndcg', 'oracle', 'skewness'].map((column) => figure(row, column)), settingsOf(row)];
        }),
      })),
    },
  };
}

/** Those of each seed, where seeds choose differently. */
function settingsOf(row: MeanRow | undefined): string {
  const each = (row?.seeds ?? []).map(({ settings }) =>
    Object.entries(JSON.parse(String(settings)))
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  );
  return [...new Set(each)].join(' / ') || '–';
}

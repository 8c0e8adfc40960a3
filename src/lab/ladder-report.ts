import { against } from './against.ts';
import type { Series } from './chart.ts';
import type { LabRow } from './experiment.ts';
import type { Report, Section } from './report.ts';
import { byName, distinct, number, ofSeed, significance } from './report-rows.ts';

/** Bars of every rung, hubness beside quality, and what the pseudo-queries' choice loses to the oracle's. */
export function ladderReport(rows: readonly LabRow[]): Report {
  const collections = distinct(rows, 'collection');
  const first = ofSeed(rows);
  const tested = against(first, (row) =>
    first.find((r) => r.rung === 'none' && r.collection === row.collection && r.space === row.space),
  );
  return {
    title: 'The hubness ladder',
    introduction:
      'Corrections of hubs, cheap ones first. Settings are chosen by how well a sentence finds the document it was taken out of; the oracle chooses by the test judgements. Skewness is of N₁₀ over the judged queries.',
    sections: [
      ...collections.map((name) => rungsOf(name, byName(first, name))),
      {
        title: 'Against no correction',
        text: 'Paired bootstrap, 10,000 resamples; p adjusted by Holm over this table.',
        table: significance(tested, ({ collection, space, rung }) => `${collection}, ${space}, ${rung}`),
      },
    ],
  };
}

function rungsOf(collection: string, rows: readonly LabRow[]): Section {
  const spaces = distinct(rows, 'space');
  const of = (space: string) => rows.filter((row) => row.space === space);
  const bars = (column: string): Series[] =>
    spaces.map((space) => ({
      name: space,
      points: of(space).map((row) => ({ x: String(row.rung), y: number(row[column]) })),
    }));
  return {
    title: collection,
    charts: [
      { kind: 'bars', title: `${collection}: nDCG@10`, x: '', y: 'nDCG@10', series: bars('ndcg') },
      { kind: 'bars', title: `${collection}: skewness of N₁₀`, x: '', y: 'skewness', series: bars('skewness') },
    ],
    table: {
      columns: spaces.flatMap((space) => [space, 'oracle', 'skewness', 'settings']),
      rows: distinct(rows, 'rung').map((rung) => ({
        name: rung,
        figures: spaces.flatMap((space) => {
          const row = of(space).find((r) => r.rung === rung);
          return [number(row?.ndcg), number(row?.oracle), number(row?.skewness), settingsOf(row)];
        }),
      })),
    },
  };
}

function settingsOf(row: LabRow | undefined): string {
  const settings = Object.entries(JSON.parse(String(row?.settings ?? '{}')));
  return settings.map(([name, value]) => `${name} ${value}`).join(', ') || '–';
}

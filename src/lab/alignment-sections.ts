import { against, significance } from './against.ts';
import type { LabRow } from './experiment.ts';
import { grouped, named } from './grouped.ts';
import { figure, type MeanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Section } from './report.ts';

/** How the two spaces may meet, each but the first compared with the one before it. */
const meetings = ['unaligned', 'aligned', 'learned projection'];

/** Teacher weights at which all of them are measured: half and half, and 1, where alone a projection can be learned. */
export const alignmentAlphas: readonly number[] = [0.5, 1];

/** Unaligned → aligned → learned projection, of one adapter at one α. */
export function alignmentSections(rows: readonly MeanRow[]): Section[] {
  const { groups, nameOf } = grouped(rows);
  const adapterOf = ({ variant }: LabRow) => String(variant).split(', ')[0]!;
  const stepOf = ({ variant }: LabRow) => meetings.indexOf(String(variant).split(', ')[1]!);
  const isBeside = (a: LabRow, b: LabRow) => adapterOf(a) === adapterOf(b) && a.alpha === b.alpha;
  const met = rows.filter(({ mean }) => stepOf(mean) >= 0 && alignmentAlphas.includes(number(mean.alpha)));
  const tested = against(met, met, (a, b) => isBeside(a, b) && stepOf(a) === stepOf(b) - 1);
  return [
    {
      title: 'What alignment buys',
      text: 'nDCG@10 of one adapter at one α. A projection can be learned at α = 1 alone.',
      table: {
        columns: meetings,
        rows: groups.flatMap(({ name, rows }) => {
          const own = rows.filter((row) => met.includes(row));
          const aligned = own.filter(({ mean }) => meetings[stepOf(mean)] === 'aligned');
          return aligned.map(({ mean }) => ({
            name: named(name, adapterOf(mean), `α = ${mean.alpha}`),
            figures: meetings.map((_, step) =>
              figure(
                own.find((row) => isBeside(row.mean, mean) && stepOf(row.mean) === step),
                'ndcg',
              ),
            ),
          }));
        }),
      },
    },
    significance('Each against the one before it', tested, (row) =>
      named(nameOf(row), String(row.variant), `α = ${row.alpha}`),
    ),
  ];
}

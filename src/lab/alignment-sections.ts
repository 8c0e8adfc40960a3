import { against } from './against.ts';
import type { LabRow } from './experiment.ts';
import type { Section } from './report.ts';
import { number, significance } from './report-rows.ts';

/** How the two spaces may meet, each beside the one that it is compared with. */
const meetings = [
  ['unaligned', undefined],
  ['aligned', 'unaligned'],
  ['learned projection', 'aligned'],
] as const;

/** Teacher weights at which all of them are measured: half and half, and 1, where alone a projection can be learned. */
export const alignmentAlphas: readonly number[] = [0.5, 1];

/** Unaligned → aligned → learned projection, of one adapter at one α. */
export function alignmentSections(rows: readonly LabRow[]): Section[] {
  const met = rows.filter(({ alpha }) => alignmentAlphas.includes(number(alpha)));
  const adapterOf = ({ variant }: LabRow) => String(variant).split(', ')[0];
  const meetingOf = ({ variant }: LabRow) => String(variant).split(', ')[1];
  const beside = (row: LabRow, meeting: string | undefined) =>
    met.find(
      (r) =>
        (['collection', 'student', 'teacher', 'alpha'] as const).every((column) => r[column] === row[column]) &&
        adapterOf(r) === adapterOf(row) &&
        meetingOf(r) === meeting,
    );
  const referenceOf = (row: LabRow) => {
    const [, reference] = meetings.find(([meeting]) => meeting === meetingOf(row)) ?? [];
    return reference && beside(row, reference);
  };
  const nameOf = (row: LabRow) => `${row.collection}, ${adapterOf(row)}, α = ${row.alpha}`;
  const chains = met.filter((row) => meetingOf(row) === 'aligned');
  return [
    {
      title: 'What alignment buys',
      text: 'nDCG@10 of one adapter at one α. A projection can be learned at α = 1 alone.',
      table: {
        columns: meetings.map(([meeting]) => meeting),
        rows: chains.map((row) => ({
          name: nameOf(row),
          figures: meetings.map(([meeting]) => number(beside(row, meeting)?.ndcg)),
        })),
      },
    },
    {
      title: 'Aligned against unaligned, learned projection against aligned',
      text: 'Paired bootstrap, 10,000 resamples; p adjusted by Holm over this table.',
      table: significance(against(met, referenceOf), (row) => `${nameOf(row)}, ${meetingOf(row)}`),
    },
  ];
}

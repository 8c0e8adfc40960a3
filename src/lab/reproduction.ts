import { reportTable } from '../evaluate/report-table.ts';
import type { LabRow } from './experiment.ts';
import { measurementKey, withoutPath } from './measurement-key.ts';
import { round } from './score-sides.ts';

/** Figures that the same command gives again: of quality, not of time, memory or what was chosen. */
const figures = [
  'ndcg',
  'recall',
  'oracle',
  'agreement',
  'cloze',
  'silver',
  'collapse',
  'judgedCollapse',
  'spread',
  'spearman',
  'alignment',
  'skewness',
];

/** What a table may move by when it is made again. */
export const tolerance = 0.002;

/** A figure of this run beside that of an earlier one. */
export interface Difference {
  readonly measurement: string;
  readonly figure: string;
  readonly earlier: number;
  readonly now: number;
}

export interface Reproduction {
  /** Rows of this run, and those among them that the earlier one has too. */
  readonly rows: number;
  readonly found: number;
  /** Figures that both runs have. */
  readonly figures: number;
  readonly largest: Difference | null;
  /** Beyond the tolerance, the largest first. */
  readonly beyond: readonly Difference[];
}

/**
 * A run's quality figures beside an earlier run's. Rows are matched by collection, student, teacher, seed and parameters;
 * of an encoder in a file, by the file's name. What only one of the two has is left out.
 */
export function reproduction(
  rows: readonly LabRow[],
  earlier: readonly LabRow[],
  parameters: readonly string[],
): Reproduction {
  const columns = ['seed', ...parameters];
  const keyOf = ({ student, teacher, ...row }: LabRow) =>
    measurementKey({ ...row, student: withoutPath(String(student)), teacher: withoutPath(String(teacher)) }, columns);
  const before = new Map(earlier.map((row) => [keyOf(row), row]));
  const compared = rows.map((row) => differences(row, before.get(keyOf(row)), columns));
  const all = compared.flat().sort((a, b) => size(b) - size(a));
  return {
    rows: rows.length,
    found: compared.filter(({ length }) => length > 0).length,
    figures: all.length,
    largest: all[0] ?? null,
    beyond: all.filter((one) => size(one) > tolerance),
  };
}

function differences(row: LabRow, earlier: LabRow | undefined, columns: readonly string[]): Difference[] {
  const measurement = ['collection', 'student', 'teacher', ...columns].map((column) => row[column]).join(', ');
  return figures.flatMap((figure) => {
    const [before, now] = [earlier?.[figure], row[figure]];
    return typeof before === 'number' && typeof now === 'number' ? [{ measurement, figure, earlier: before, now }] : [];
  });
}

/** Rounded as rows are: .402 − .400 is no more than .002. */
const size = ({ earlier, now }: Difference) => round(Math.abs(now - earlier));

/** What came out, for people. */
export function reproductionText({ rows, found, figures, largest, beyond }: Reproduction, against: string): string {
  const counts = `${found} of ${rows} rows are in ${against}, with ${figures} figures`;
  if (!largest) return counts;
  if (size(largest) === 0) return `${counts}, all the same`;
  const line = (one: Difference) => ({
    name: `${one.measurement}: ${one.figure}`,
    figures: [one.earlier, one.now, size(one)].map((value) => value.toFixed(4)),
  });
  const table = reportTable(['earlier', 'now', 'difference'], (beyond.length > 0 ? beyond : [largest]).map(line));
  return `${counts}; ${beyond.length} differ by more than ${tolerance}, the largest difference is ${size(largest)}\n\n${table}`;
}

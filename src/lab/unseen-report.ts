import { config } from '../config.ts';
import { against, queries } from './against.ts';
import type { LabRow } from './experiment.ts';
import type { Report, Section } from './report.ts';
import { byName, distinct, number, ofSeed, overSeeds, significance } from './report-rows.ts';

const columns = ['student', 'others', 'these', 'all', 'teacher'] as const;
const titleOf = (column: string) => (column === 'student' || column === 'teacher' ? column : `fitted on ${column}`);

/** What a fit is worth on documents and on topics that it never saw, beside fits that saw them. */
export function unseenReport(rows: readonly LabRow[]): Report {
  const all = withMostly(rows);
  const first = ofSeed(all);
  const fits = all.filter(({ fitted }) => fitted !== 'nothing');
  const unseen = first.filter(({ fitted }) => fitted === 'others');
  const tested = (title: string, isReference: (r: LabRow, row: LabRow) => boolean): Section => ({
    title: `Never seen, against ${title}`,
    text: 'Paired bootstrap, 10,000 resamples, of the first seed; p adjusted by Holm over this table.',
    table: significance(
      against(unseen, (row) => first.find((r) => same(r, row) && isReference(r, row))),
      ({ collection, split, adapter }) => `${collection}, ${split}, ${adapter}`,
    ),
  });
  return {
    title: 'Documents and topics that the fit never saw',
    introduction: `nDCG@10 of half of the documents, all of them searched: a query is judged by its relevant documents in the half that has most of them, and those of the other half are taken out of its ranking. Corrected by a fit on the other half (others), which never saw them; on that half itself (these), as many documents; and on all. Halves are drawn document by document, or made of whole topics: clusters of the teacher’s document vectors. “Mostly” are the queries with at least ${config.topics.mostly * 100} % of their relevant documents in the topics left out. In brackets how many of the fits the gate would promote.`,
    sections: [
      ...distinct(fits, 'adapter').map((adapter) => table(adapter, all)),
      tested('the student', (r) => r.adapter === 'student'),
      tested(
        'a fit on as many documents, these among them',
        (r, row) => r.adapter === row.adapter && r.fitted === 'these',
      ),
      tested('the fit on all documents', (r, row) => r.adapter === row.adapter && r.fitted === 'all'),
    ],
  };
}

const same = (a: LabRow, b: LabRow) =>
  (['collection', 'student', 'teacher', 'seed', 'split'] as const).every((column) => a[column] === b[column]);

/** Beside every row of topics the same of the queries that are mostly of topics left out. */
function withMostly(rows: readonly LabRow[]): LabRow[] {
  const shares = rows.filter(({ unseenShare }) => unseenShare !== undefined);
  return rows.flatMap((row) => {
    const share = shares.find((r) => same(r, row))?.unseenShare as readonly number[] | undefined;
    if (row.split !== 'topics' || !share) return [row];
    const perQuery = queries(row).filter((_, i) => share[i]! >= config.topics.mostly);
    const ndcg = perQuery.reduce((sum, value) => sum + value, 0) / perQuery.length;
    return [row, { ...row, split: 'topics, mostly', perQuery, ndcg }];
  });
}

function table(adapter: string, rows: readonly LabRow[]): Section {
  const kinds = distinct(rows, 'collection').flatMap((collection) =>
    distinct(rows, 'split').map((split) => ({
      name: `${collection}, ${split}`,
      of: byName(rows, collection).filter((row) => row.split === split),
    })),
  );
  const at = (of: readonly LabRow[], column: (typeof columns)[number]) =>
    column === 'student' || column === 'teacher'
      ? of.filter((row) => row.adapter === column)
      : of.filter((row) => row.adapter === adapter && row.fitted === column);
  const figure = (of: readonly LabRow[]) => {
    const verdicts = of.flatMap(({ promoted }) => (promoted as readonly number[] | undefined) ?? []);
    const promoted = verdicts.reduce((sum, verdict) => sum + verdict, 0);
    return overSeeds(of, 'ndcg') + (verdicts.length > 0 ? ` (${promoted} of ${verdicts.length})` : '');
  };
  return {
    title: adapter,
    charts: [
      {
        kind: 'bars',
        title: `${adapter}: nDCG@10 of documents left out`,
        x: '',
        y: 'nDCG@10',
        series: columns.map((column) => ({
          name: titleOf(column),
          points: kinds.map(({ name, of }) => ({ x: name, y: number(ofSeed(at(of, column))[0]?.ndcg) })),
        })),
      },
    ],
    table: {
      columns: ['queries', ...columns.map(titleOf)],
      rows: kinds.map(({ name, of }) => ({
        name,
        figures: [queries(of[0]!).length, ...columns.map((column) => figure(at(of, column)))],
      })),
    },
  };
}

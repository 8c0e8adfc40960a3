import { config } from '../config.ts';
import { average } from '../evaluate/average.ts';
import { shownFigure } from '../evaluate/report-table.ts';
import { against, type IsReference, queries, significance } from './against.ts';
import type { LabRow } from './experiment.ts';
import { distinct, type Group, type Grouping, grouped, named } from './grouped.ts';
import { figure, type MeanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Report, Section } from './report.ts';

/** What a fit is worth on documents and on topics that it never saw, beside fits that saw them. */
export function unseenReport(rows: readonly MeanRow[]): Report {
  const grouping = grouped(rows);
  const all = grouping.groups.flatMap((group) => withMostly(group.rows));
  const unseen = all.filter(({ mean }) => mean.fitted === 'others');
  const tested = (title: string, isReference: IsReference) =>
    significance(
      `Never seen, against ${title}`,
      against(unseen, all, (candidate, row) => candidate.split === row.split && isReference(candidate, row)),
      (row) => named(grouping.nameOf(row), String(row.split), String(row.adapter)),
    );
  const fittedOn =
    (fitted: string): IsReference =>
    (candidate, row) =>
      candidate.adapter === row.adapter && candidate.fitted === fitted;
  return {
    title: 'Documents and topics that the fit never saw',
    introduction: `nDCG@10 of half of the documents, all of them searched: a query is judged by its relevant documents in the half that has most of them, and those of the other half are taken out of its ranking. Corrected by a fit on the other half (others), which never saw them; on that half itself (these), as many documents; and on all. Halves are drawn document by document, or made of whole topics: clusters of the teacher’s document vectors. “Mostly” are the queries with at least ${config.topics.mostly * 100} % of their relevant documents in the topics left out. In brackets how many of the fits the gate would promote.`,
    sections: [
      ...distinct(unseen, 'adapter').flatMap((adapter) =>
        grouping.pairs.map((pair) => table(adapter, pair, grouping, all)),
      ),
      tested('the student', ({ adapter }) => adapter === 'student'),
      tested('a fit on as many documents, these among them', fittedOn('these')),
      tested('the fit on all documents', fittedOn('all')),
    ],
  };
}

/** Beside every row of topics the same of the queries that are mostly of topics left out, on the mean of the seeds. */
function withMostly(rows: readonly MeanRow[]): MeanRow[] {
  const share = rows.find(({ mean }) => mean.split === 'topics' && mean.unseenShare)?.mean.unseenShare;
  const isMostly = (_: unknown, i: number) => (share as readonly number[])[i]! >= config.topics.mostly;
  const mostly = (row: LabRow): LabRow => {
    const perQuery = queries(row).filter(isMostly);
    return { ...row, split: 'topics, mostly', perQuery, ndcg: average(perQuery) };
  };
  return rows.flatMap((row) =>
    row.mean.split === 'topics' && share ? [row, { mean: mostly(row.mean), seeds: row.seeds.map(mostly) }] : [row],
  );
}

const columns = ['student', 'others', 'these', 'all', 'teacher'] as const;
const titleOf = (column: string) => (column === 'student' || column === 'teacher' ? column : `fitted on ${column}`);

function table(adapter: string, pair: Group, { groups, nameOf }: Grouping, all: readonly MeanRow[]): Section {
  const title = named(adapter, pair.name);
  const own = groups.filter(({ rows }) => rows.every((row) => pair.rows.includes(row)));
  const lines = own.flatMap((group) => {
    const own = all.filter(({ mean }) => nameOf(mean) === group.name);
    return distinct(own, 'split').map((split) => {
      const of = own.filter(({ mean }) => mean.split === split);
      const at = (column: string) =>
        of.find(({ mean }) => mean.adapter === column || (mean.adapter === adapter && mean.fitted === column));
      return { name: named(group.collection, split), cells: columns.map((column) => ({ column, row: at(column) })) };
    });
  });
  return {
    title,
    charts: [
      {
        kind: 'bars',
        title: `${title}: nDCG@10 of documents left out`,
        x: '',
        y: 'nDCG@10',
        series: columns.map((column, i) => ({
          name: titleOf(column),
          points: lines.map(({ name, cells }) => ({ x: name, y: number(cells[i]!.row?.mean.ndcg) })),
        })),
      },
    ],
    table: {
      columns: ['queries', ...columns.map(titleOf)],
      rows: lines.map(({ name, cells }) => ({
        name,
        figures: [queries(cells[0]!.row!.mean).length, ...cells.map(({ row }) => withVerdicts(row))],
      })),
    },
  };
}

function withVerdicts(row: MeanRow | undefined): string | number | null {
  const shown = figure(row, 'ndcg');
  const verdicts = row?.seeds.flatMap(({ promoted }) => (promoted as readonly number[] | undefined) ?? []) ?? [];
  if (verdicts.length === 0) return shown;
  return `${shownFigure(shown)} (${verdicts.filter((verdict) => verdict === 1).length} of ${verdicts.length})`;
}

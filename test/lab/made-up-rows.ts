import type { LabRow } from '../../src/lab/experiment.ts';
import { random } from '../../src/random.ts';

const { uniform } = random(5);
const perQuery = () => Array.from({ length: 30 }, uniform);
const facts = (collection: string) => ({ collection, student: 'static', teacher: 'MiniLM', seed: 0 });
const collections = ['one', 'two'];
const figures = () => {
  const queries = perQuery();
  const mean = queries.reduce((sum, value) => sum + value, 0) / queries.length;
  return { ndcg: mean, recall: uniform(), perQuery: queries, skewness: uniform() * 3 };
};

const collapse = () => {
  const judgedCollapsed = perQuery().map((drawn) => (drawn < 0.3 ? 1 : 0));
  return { judgedCollapse: judgedCollapsed.reduce((sum: number, value) => sum + value, 0) / 30, judgedCollapsed };
};

/** Rows as each experiment writes them, with figures that mean nothing. */
export const madeUpRows: Readonly<Record<string, readonly LabRow[]>> = {
  sweep: collections.flatMap((name) => [
    { ...facts(name), variant: 'student', alpha: 0, ...figures() },
    { ...facts(name), variant: 'teacher', alpha: 1, ...figures() },
    ...['aligned', 'unaligned', 'learned projection'].map((meeting) => ({
      ...facts(name),
      variant: `mlp, ${meeting}`,
      alpha: 1,
      ...figures(),
      cloze: uniform(),
      agreement: uniform(),
    })),
    ...Array.from({ length: 11 }, (_, i) => ({
      ...facts(name),
      variant: 'lexical',
      alpha: i / 10,
      ...figures(),
      cloze: uniform(),
      agreement: i === 0 ? null : uniform(),
    })),
  ]),
  ladder: collections.flatMap((name) =>
    ['student', 'teacher'].flatMap((space) =>
      ['none', 'csls', 'whitening'].map((rung) => ({
        ...facts(name),
        space,
        rung,
        settings: '{"k":5}',
        oracleSettings: '{"k":10}',
        oracle: uniform(),
        cloze: uniform(),
        ...figures(),
      })),
    ),
  ),
  compare: collections.flatMap((name) =>
    ['student', 'BM25', 'teacher', 'offline, lexical'].map((method) => ({ ...facts(name), method, ...figures() })),
  ),
  cycles: collections.flatMap((name) =>
    ['baseline', 'hybrid'].flatMap((mode) =>
      Array.from({ length: 5 }, (_, cycle) => ({
        ...facts(name),
        mode,
        cycle,
        alpha: 0.5,
        events: cycle * 10,
        collapse: uniform(),
        ...collapse(),
        spread: uniform(),
        spearman: uniform(),
        alignment: cycle === 0 ? null : uniform(),
        ...figures(),
      })),
    ),
  ),
  'benchmark-distillation': collections.flatMap((name) => [
    {
      ...facts(name),
      mode: 'encoders',
      documents: 1000,
      timed: 64,
      studentSeconds: uniform(),
      teacherSeconds: name === 'one' ? uniform() : null,
    },
    ...['offline', 'baseline'].map((mode) => ({
      ...facts(name),
      mode,
      adapter: 'affine',
      documents: 1000,
      chooseSeconds: uniform(),
      judgeSeconds: uniform(),
      fitSeconds: uniform(),
      allSeconds: uniform(),
      peakMegabytes: 400,
      ...figures(),
    })),
  ]),
  'few-documents': collections.flatMap((name) => [
    { ...facts(name), documents: 0, method: 'student', ...figures() },
    { ...facts(name), documents: 0, method: 'teacher', ...figures() },
    ...[50, 150, 300].map((documents) => ({
      ...facts(name),
      documents,
      method: 'corrected',
      promoted: documents > 100,
      ...figures(),
    })),
  ]),
  unseen: collections.flatMap((name) =>
    ['documents', 'topics'].flatMap((split) => [
      ...['student', 'teacher'].map((adapter) => ({
        ...facts(name),
        adapter,
        split,
        fitted: 'nothing',
        ...(adapter === 'student' && { unseenShare: perQuery().map((share) => 0.5 + share / 2) }),
        ...figures(),
      })),
      ...['lexical', 'affine'].flatMap((adapter) =>
        ['others', 'these', 'all'].map((fitted) => ({
          ...facts(name),
          adapter,
          split,
          fitted,
          promoted: [1],
          ...figures(),
        })),
      ),
    ]),
  ),
  transfer: collections.flatMap((name) => [
    ...['student', 'teacher'].map((adapter) => ({ ...facts(name), adapter, fitted: 'nothing', ...figures() })),
    ...['affine', 'lexical'].flatMap((adapter) =>
      ['one', 'two', 'one + two', 'one, then two'].map((fitted) => ({
        ...facts(name),
        adapter,
        fitted,
        seen: fitted.includes(name),
        ...figures(),
      })),
    ),
  ]),
  fusion: collections.flatMap((name) => [
    { ...facts(name), fusion: 'teacher', weight: 1, ...figures() },
    ...['reciprocal-rank', 'z-score'].flatMap((fusion) =>
      Array.from({ length: 11 }, (_, i) => ({
        ...facts(name),
        fusion,
        weight: i / 10,
        cloze: uniform(),
        silver: uniform(),
        ...figures(),
      })),
    ),
  ]),
};

/** The same measurements of something else, with figures of their own. */
export function otherFigures(rows: readonly LabRow[], facts: LabRow): LabRow[] {
  return rows.map((row) => {
    const own = Object.entries(row).filter(([column]) => fresh.includes(column));
    const drawn = own.map(([column, value]) => [column, typeof value === 'number' ? uniform() : value]);
    return { ...row, ...Object.fromEntries(drawn), ...(row.ndcg !== undefined && figures()), ...facts };
  });
}

/** Columns that are figures and no parameter of any experiment. */
const fresh = [
  ...['oracle', 'cloze', 'agreement', 'silver', 'collapse', 'judgedCollapse', 'spearman', 'alignment'],
  ...['studentSeconds', 'teacherSeconds', 'chooseSeconds', 'judgeSeconds', 'fitSeconds', 'allSeconds'],
];

import type { AdapterKind } from '../adapter/card.ts';
import { openCollection } from './collection.ts';
import {
  type Combination,
  combinations,
  datasetName,
  type Experiment,
  type LabRow,
  type LabSetup,
  labCell,
} from './experiment.ts';
import { gateColumns } from './fit-collection.ts';
import { scoreSides } from './score-sides.ts';
import { fitNext, fitTogether, type TransferFit } from './transfer-fits.ts';
import { transferReport } from './transfer-report.ts';

/** Folders that are fitted together, one such list after the other. */
type Course = readonly (readonly string[])[];

const adapters: readonly AdapterKind[] = ['affine', 'lexical'];

/** Fitted on one collection, used on another: alone, together, and one after the other. */
export const transfer: Experiment = {
  name: 'transfer',
  description: 'fits on one collection, on several together and one after the other, each used on all',
  parameters: ['adapter', 'fitted'],
  cells: (setup) => [
    ...combinations(setup).map((combination) =>
      labCell(combination, ['references'], () => references(setup, combination)),
    ),
    ...courses(setup.datasets).flatMap((course) =>
      adapters.flatMap((adapter) =>
        combinations(setup).map((combination) =>
          labCell(
            combination,
            [adapter, courseName(course)],
            () => measure(setup, combination, adapter, course),
            course.flat(),
          ),
        ),
      ),
    ),
  ],
  report: transferReport,
};

/** Each alone, all together; and of neighbours in the list: both together, and either after the other. */
function courses(datasets: readonly string[]): Course[] {
  const pairs = datasets.slice(1).map((b, i) => [datasets[i]!, b] as const);
  return [
    ...datasets.map((a) => [[a]]),
    ...(datasets.length > 2 ? [[datasets]] : []),
    ...pairs.flatMap(([a, b]) => [[[a, b]], [[a], [b]], [[b], [a]]]),
  ];
}

const courseName = (course: Course) => course.map((step) => step.map(datasetName).join(' + ')).join(', then ');

let newest: { key: string; fit: Promise<TransferFit> } | undefined;

/** Fits the course, or takes the fit of the cell before: a course is used on every collection. */
async function fitCourse(
  { kernels }: LabSetup,
  combination: Combination,
  adapter: AdapterKind,
  course: Course,
): Promise<TransferFit> {
  const { student, teacher, seed } = combination;
  const key = JSON.stringify([student, teacher, seed, adapter, course]);
  if (newest?.key === key) return newest.fit;
  (await newest?.fit)?.dispose();
  newest = { key, fit: fit() };
  return newest.fit;

  async function fit(): Promise<TransferFit> {
    const open = (dataset: string) => openCollection(kernels, { ...combination, dataset });
    const [first, next] = course;
    const collections = [];
    for (const dataset of first!) collections.push(await open(dataset));
    const fitted = await fitTogether(collections, adapter);
    return next ? fitNext(fitted, await open(next[0]!), adapter) : fitted;
  }
}

const facts = ({ student, teacher, seed }: Combination, collection: string, adapter: string, fitted: string) => ({
  collection,
  student,
  teacher,
  seed,
  adapter,
  fitted,
});

async function references({ kernels }: LabSetup, combination: Combination): Promise<LabRow[]> {
  const collection = await openCollection(kernels, combination);
  const row = (method: 'student' | 'teacher', sides: typeof collection.taught) => ({
    ...facts(combination, collection.name, method, 'nothing'),
    ...scoreSides(collection, sides).figures,
  });
  return [row('student', collection.base), row('teacher', collection.taught)];
}

async function measure(
  setup: LabSetup,
  combination: Combination,
  adapter: AdapterKind,
  course: Course,
): Promise<LabRow[]> {
  const fit = await fitCourse(setup, combination, adapter, course);
  const collection = await openCollection(setup.kernels, combination);
  const { figures } = scoreSides(collection, await fit.correct(collection));
  const own = {
    ...facts(combination, collection.name, adapter, courseName(course)),
    ...figures,
    ...gateColumns(fit.result.card.gate),
  };
  return [{ ...own, seen: course.flat().includes(combination.dataset) }];
}

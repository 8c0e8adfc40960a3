import type { AdapterKind, OutputSpace } from '../adapter/card.ts';
import { mapTeacher } from '../distil/align.ts';
import { fromDense } from '../distil/dense.ts';
import { principalAxes } from '../distil/principal-axes.ts';
import { type Collection, openCollection } from './collection.ts';
import { combinations, type Experiment, type LabRow, labCell } from './experiment.ts';
import { type FitOptions, fitCollection, gateColumns } from './fit-collection.ts';
import { scoreSides } from './score-sides.ts';
import { sweepReport } from './sweep-report.ts';

/** How teacher and student meet; the last two train by gradients and are measured at α = 1 alone. */
export interface SweepVariant {
  readonly name: string;
  readonly adapter: AdapterKind;
  readonly space: OutputSpace;
  readonly alphas: readonly number[];
  readonly unaligned?: true;
  readonly learnProjection?: true;
}

const all = Array.from({ length: 11 }, (_, i) => i / 10);

export const sweepVariants: readonly SweepVariant[] = [
  { name: 'lexical, teacher’s space', adapter: 'lexical', space: 'teacher', alphas: all },
  { name: 'affine, aligned', adapter: 'affine', space: 'student', alphas: all },
  { name: 'affine, unaligned', adapter: 'affine', space: 'student', alphas: all, unaligned: true },
  { name: 'mlp, aligned', adapter: 'mlp', space: 'student', alphas: [1] },
  { name: 'mlp, learned projection', adapter: 'mlp', space: 'student', alphas: [1], learnProjection: true },
];

/** Teacher weight α from 0 (the push alone) to 1 (the teacher alone), for each way in which the two spaces meet. */
export const sweep: Experiment = {
  name: 'sweep',
  description: 'teacher weight α from 0 to 1 on several collections, aligned and unaligned',
  parameters: ['variant', 'alpha'],
  cells: (setup) =>
    combinations(setup).flatMap((combination) => [
      labCell(combination, ['references'], async () => references(await openCollection(setup.kernels, combination))),
      ...sweepVariants.flatMap((variant) =>
        variant.alphas.map((alpha) =>
          labCell(combination, [variant.name, alpha], async () =>
            measure(await openCollection(setup.kernels, combination), variant, alpha, setup.signal),
          ),
        ),
      ),
    ]),
  report: sweepReport,
};

function facts({ name, student, teacher, seed }: Collection): LabRow {
  return { collection: name, student, teacher, seed };
}

/** Student and teacher as they are. */
function references(collection: Collection): LabRow[] {
  const row = (variant: string, alpha: number, sides: Collection['taught']) => ({
    ...facts(collection),
    variant,
    alpha,
    ...scoreSides(collection, sides).figures,
  });
  return [row('student', 0, collection.base), row('teacher', 1, collection.taught)];
}

async function measure(
  collection: Collection,
  { name, adapter, space, unaligned, learnProjection }: SweepVariant,
  alpha: number,
  signal?: AbortSignal,
): Promise<LabRow[]> {
  const options: FitOptions = {
    mode: alpha === 1 ? 'offline' : 'hybrid',
    alpha,
    adapter,
    space,
    ...(unaligned && { unaligned, teacherVectors: cut(collection) }),
    ...(learnProjection && { learnProjection }),
    ...(signal && { signal }),
  };
  const { result, sides } = await fitCollection(collection, options);
  const { gate } = result.card;
  return [
    { ...facts(collection), variant: name, alpha, ...scoreSides(collection, sides).figures, ...gateColumns(gate) },
  ];
}

/**
 * Vectors of the teacher as wide as the student's, and not turned into its space: its widest directions, or zeros after
 * them. What a blend without alignment would have.
 */
function cut({ kernels, base, taught }: Collection) {
  const { dims } = base.documents;
  const T = taught.documents;
  if (T.dims === dims) return T;
  const { mean, axes } = principalAxes(kernels, T, Math.min(dims, T.dims));
  const narrow = mapTeacher(kernels, T, { mean: Float32Array.from(mean), map: fromDense(axes) });
  const wide = { rows: T.rows, dims, data: new Float32Array(T.rows * dims) };
  for (let i = 0; i < T.rows; i++) {
    wide.data.set(narrow.data.subarray(i * narrow.dims, (i + 1) * narrow.dims), i * dims);
  }
  return kernels.normalize(wide);
}

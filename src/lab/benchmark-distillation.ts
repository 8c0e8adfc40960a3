import type { AdapterKind, DistilMode } from '../adapter/card.ts';
import { config } from '../config.ts';
import { benchmarkReport } from './benchmark-report.ts';
import { type Collection, drawDocuments, openCollection } from './collection.ts';
import { type Combination, combinations, type Experiment, type LabRow, type LabSetup, labCell } from './experiment.ts';
import { fitCollection } from './fit-collection.ts';
import { modelAtHand, openLabEncoder } from './lab-encoder.ts';
import { round, scoreSides } from './score-sides.ts';
import { trainSplit } from './train-split.ts';

const measured: readonly (readonly [DistilMode, AdapterKind])[] = [
  ['baseline', 'affine'],
  ['offline', 'affine'],
  ['hybrid', 'affine'],
  ['baseline', 'lexical'],
  ['offline', 'lexical'],
  ['hybrid', 'lexical'],
  ['offline', 'mlp'],
  ['sdft', 'mlp'],
];

/** What a fit costs, the encoders' time apart, beside what it brings. Each in a process of its own. */
export const benchmarkDistillation: Experiment = {
  name: 'benchmark-distillation',
  description: 'seconds and memory of distillation in each mode, beside the quality it brings',
  parameters: ['mode', 'adapter'],
  isolated: true,
  cells: (setup) =>
    combinations(setup).flatMap((combination) => [
      labCell(combination, ['encoders'], () => timeEncoders(setup, combination)),
      ...measured.map(([mode, adapter]) =>
        labCell(combination, [mode, adapter], () => measure(setup, combination, mode, adapter)),
      ),
    ]),
  report: benchmarkReport,
};

const facts = ({ name, student, teacher, seed, texts }: Collection, mode: string) => ({
  collection: name,
  student,
  teacher,
  seed,
  mode,
  documents: texts.length,
});

async function measure(
  { kernels }: LabSetup,
  combination: Combination,
  mode: DistilMode,
  adapter: AdapterKind,
): Promise<LabRow[]> {
  const collection = await openCollection(kernels, combination);
  const labelled = mode === 'sdft' ? await trainSplit(collection) : null;
  if (mode === 'sdft' && !labelled) return [];
  const started = performance.now();
  const fit = await fitCollection(collection, { mode, adapter, ...(labelled && { labelled }) });
  const seconds = (performance.now() - started) / 1000;
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  const { figures } = scoreSides(collection, fit.sides);
  const lap = (name: string) => Number(fit.result.figures[name] ?? 0);
  return [
    {
      ...facts(collection, mode),
      adapter,
      chooseSeconds: round(lap('chooseSeconds')),
      judgeSeconds: round(lap('fitHeldInSeconds') + lap('judgeSeconds')),
      fitSeconds: round(lap('fitSeconds')),
      allSeconds: round(seconds),
      peakMegabytes,
      ...figures,
    },
  ];
}

/** Of all documents, from nothing; of the teacher some are timed, where its model is at hand. */
async function timeEncoders({ kernels }: LabSetup, combination: Combination): Promise<LabRow[]> {
  const collection = await openCollection(kernels, combination);
  const { texts, student, dataset } = collection;
  const studentSeconds = await timeEncoding(Array.from(texts.keys()), student);
  const timed = drawDocuments(collection, config.timedDocuments);
  const model = await modelAtHand(collection.teacher);
  const teacherSeconds = model === null ? null : ((await timeEncoding(timed, model)) / timed.length) * texts.length;
  return [
    {
      ...facts(collection, 'encoders'),
      timed: timed.length,
      studentSeconds: round(studentSeconds),
      teacherSeconds: teacherSeconds && round(teacherSeconds),
    },
  ];

  async function timeEncoding(rows: readonly number[], id: string): Promise<number> {
    const encoder = await openLabEncoder(id, dataset, kernels);
    const started = performance.now();
    await encoder.encode(
      rows.map((i) => texts[i]!),
      { role: 'document', positions: rows },
    );
    encoder.dispose();
    return (performance.now() - started) / 1000;
  }
}

import type { AdapterKind, DistilMode } from '../adapter/card.ts';
import { benchmarkReport } from './benchmark-report.ts';
import { openCollection } from './collection.ts';
import { type Combination, combinations, type Experiment, type LabRow, type LabSetup, labCell } from './experiment.ts';
import { fitCollection } from './fit-collection.ts';
import { openLabEncoder } from './lab-encoder.ts';
import { round, scoreSides } from './score-sides.ts';

const measured: readonly (readonly [DistilMode, AdapterKind])[] = [
  ['baseline', 'affine'],
  ['offline', 'affine'],
  ['hybrid', 'affine'],
  ['baseline', 'lexical'],
  ['offline', 'lexical'],
  ['hybrid', 'lexical'],
  ['offline', 'mlp'],
];

/** What a fit costs, the encoders' time apart, beside what it brings. Each in a process of its own. */
export const benchmarkDistillation: Experiment = {
  name: 'benchmark-distillation',
  description: 'seconds and memory of distillation in each mode, beside the quality it brings',
  parameters: ['mode', 'adapter'],
  isolated: true,
  cells: (setup) =>
    combinations(setup).flatMap((combination) =>
      measured.map(([mode, adapter]) =>
        labCell(combination, [mode, adapter], () => measure(setup, combination, mode, adapter)),
      ),
    ),
  report: benchmarkReport,
};

async function measure(
  { kernels }: LabSetup,
  combination: Combination,
  mode: DistilMode,
  adapter: AdapterKind,
): Promise<LabRow[]> {
  const collection = await openCollection(kernels, combination);
  const encodeSeconds = await timeEncoding(combination, kernels, collection.texts);
  const started = performance.now();
  const { result, sides } = await fitCollection(collection, { mode, adapter });
  const seconds = (performance.now() - started) / 1000;
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  const { figures } = scoreSides(collection, sides);
  const lap = (name: string) => Number(result.figures[name] ?? 0);
  return [
    {
      collection: collection.name,
      student: collection.student,
      teacher: collection.teacher,
      seed: collection.seed,
      mode,
      adapter,
      documents: collection.texts.length,
      encodeSeconds: round(encodeSeconds),
      chooseSeconds: round(lap('chooseSeconds')),
      judgeSeconds: round(lap('fitHeldInSeconds') + lap('judgeSeconds')),
      fitSeconds: round(lap('fitSeconds')),
      allSeconds: round(seconds),
      peakMegabytes,
      ...figures,
    },
  ];
}

/** Of the student on all documents, from nothing. */
async function timeEncoding({ student, dataset }: Combination, kernels: LabSetup['kernels'], texts: readonly string[]) {
  const encoder = await openLabEncoder(student, dataset, kernels);
  const started = performance.now();
  await encoder.encode(texts, { role: 'document', positions: texts.map((_, i) => i) });
  const seconds = (performance.now() - started) / 1000;
  encoder.dispose();
  return seconds;
}

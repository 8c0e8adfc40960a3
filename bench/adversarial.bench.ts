// What a discriminator of teacher against corrected vectors brings a trained adapter, by the weight of its reversed gradient;
// with --ablation, what each of the guards that keep this game stable is for: the same fits with one guard taken out, or all.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/adversarial.bench.ts [COLLECTION…] [--adapter mlp] [--ablation] [--json]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { config } from '../src/config.ts';
import { pickDocuments } from '../src/distil/corpus.ts';
import { fillPlan } from '../src/distil/fill-plan.ts';
import { fitData } from '../src/distil/fit-plan.ts';
import { readCorpus } from '../src/distil/read-corpus.ts';
import { splitDocuments } from '../src/distil/split-documents.ts';
import { fitTrained, type TrainedFitOptions } from '../src/distil/train/fit-trained.ts';
import type { TrainedKind } from '../src/distil/train/network.ts';
import type { AdversaryGuards } from '../src/distil/train/objective.ts';
import { defaultObjective } from '../src/distil/train/train-options.ts';
import { type ReportRow, reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { type Collection, openCollection } from '../src/lab/collection.ts';
import { correctCollection, fitCollection } from '../src/lab/fit-collection.ts';
import { scoreSides } from '../src/lab/score-sides.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    adapter: { type: 'string', default: 'mlp' },
    ablation: { type: 'boolean', default: false },
  },
});
const data = process.env.CHELATED_DATA;
if (!data) throw new Error('set CHELATED_DATA to the folder of collections');
const kernels = await loadKernels();
const adapter = values.adapter as TrainedKind;

const measured = values.ablation
  ? { columns: ['epochs', 'held-out loss', 'discriminator accuracy', 'ndcg@10', 'of all epochs'], measure: ablation }
  : {
      columns: ['epochs', 'held-out loss', 'discriminator accuracy', 'held-out agreement', 'inverse cloze', 'ndcg@10'],
      measure: byWeight,
    };
const rows: ReportRow[] = [];
for (const name of positionals.length > 0 ? positionals : ['cisi', 'cranfield', 'scifact']) {
  const teacher = 'stored:all-MiniLM-L6-v2';
  const collection = await openCollection(kernels, { dataset: join(data, name), student: 'static', teacher, seed: 0 });
  for await (const row of measured.measure(collection)) {
    rows.push({ ...row, name: `${name}: ${row.name}` });
    console.error(rows.at(-1)!.name, ...row.figures);
  }
}
console.log(values.json ? JSON.stringify(rows) : reportTable(measured.columns, rows));

async function* byWeight(collection: Collection): AsyncGenerator<ReportRow> {
  for (const adversarial of [0, 0.01, 0.1, 1]) {
    const { result, sides } = await fitCollection(collection, { adapter, adversarial });
    const { agreement, inverseCloze } = result.card.gate!;
    const { epochs, heldOutLoss, discriminatorAccuracy = null } = result.card.fit as Record<string, number | null>;
    const { ndcg } = scoreSides(collection, sides).figures as Record<string, number>;
    const gate = [agreement!.candidate, inverseCloze!.candidate];
    yield { name: String(adversarial), figures: [epochs, heldOutLoss, discriminatorAccuracy, ...gate, ndcg] };
  }
}

/** Guards are taken out by numbers that they never meet. */
async function* ablation(collection: Collection): AsyncGenerator<ReportRow> {
  const clip = 1e30;
  const accuracy = { least: -1, most: 2 };
  const out: Readonly<Record<string, Partial<AdversaryGuards>>> = {
    'all guards': {},
    'no clipping': { clip },
    'no pause': { accuracy },
    neither: { clip, accuracy },
  };
  const fit = await fitter(collection);
  yield { name: 'no discriminator', figures: await fit(0, {}) };
  for (const weight of [1, 10]) {
    const beyond = weight > config.adversary.mostWeight;
    for (const [name, guards] of Object.entries(out)) {
      yield {
        name: `${weight}, ${name}`,
        figures: await fit(weight, beyond ? { ...guards, mostWeight: weight } : guards),
      };
    }
  }
}

/** Fits as `distil` makes them: the judged one says how many epochs, and as many are then run on all documents. */
async function fitter(collection: Collection) {
  const { encoder: student, texts, ids, taught, seed } = collection;
  const { card } = (await fitCollection(collection, { adapter: 'affine' })).result;
  const { ridge, intercept } = card.fit as { ridge: number; intercept: boolean };
  const documents = { ids, texts };
  const plan = fillPlan({ documents, student, kernels, seed, teacherVectors: taught.documents, adapter });
  const { corpus } = await readCorpus({ documents, student, teacher: taught.documents, kernels });
  const all = fitData(plan, corpus).data;
  const judged = fitData(plan, pickDocuments(corpus, splitDocuments(corpus.X.rows, seed).heldIn)).data;
  const { heldOut } = splitDocuments(judged.X.rows, seed);

  return async (adversarial: number, guards: Partial<AdversaryGuards>): Promise<ReportRow['figures']> => {
    const objective = { ...defaultObjective, adversarial, guards };
    const given: TrainedFitOptions = { kind: adapter, space: plan.space, seed, ridge, intercept, objective };
    const { trained, discriminatorAccuracy = null } = await fitTrained(kernels, judged, { ...given, heldOut });
    const ndcg = async (epochs: number) => {
      const { parts } = await fitTrained(kernels, all, { ...given, stopAfter: epochs });
      const { sides } = await correctCollection(collection, { parts, card: { ...card, kind: adapter } }, null);
      return scoreSides(collection, sides).figures.ndcg as number;
    };
    const quality = [await ndcg(trained.bestEpoch), await ndcg(config.epochs)];
    return [String(trained.bestEpoch), trained.heldOutLoss, discriminatorAccuracy, ...quality];
  };
}

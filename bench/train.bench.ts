// Training the MLP beside PyTorch's loop of the source's offline mode, and beside the closed forms: seconds and nDCG@10.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/train.bench.ts [COLLECTION] [--python PYTHON] [--rounds 3] [--json]
//
// Student static, teacher all-MiniLM-L6-v2 (stored vectors), all documents, 15 epochs, batch 100, one thread on both sides.
// A round runs every variant once, the next one in reverse; seconds are medians over rounds. PYTHON has what
// bench/peers/train_requirements.txt names; without it the rows of PyTorch are left out.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AdapterKind } from '../src/adapter/card.ts';
import { kernelsAdapter } from '../src/adapter/kernels-adapter.ts';
import type { AdapterParts } from '../src/adapter/parts.ts';
import { config } from '../src/config.ts';
import { alignToStudent, alignToTeacher, mapTeacher } from '../src/distil/align.ts';
import { applyAffine, ridgeEquations } from '../src/distil/fit-ridge.ts';
import { makeCard } from '../src/distil/make-card.ts';
import { fitTrained } from '../src/distil/train/fit-trained.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { type Matrix, matrix } from '../src/matrix.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    teacher: { type: 'string', default: config.teacher },
    json: { type: 'boolean', default: false },
  },
});
const { CHELATED_DATA: data, CHELATED_VECTORS: vectors } = process.env;
if (!data || !vectors) throw new Error('set CHELATED_DATA and CHELATED_VECTORS to the collections and their vectors');
const [collection = 'scifact'] = positionals;

const kernels = await loadKernels();
const dataset = await readDataset(join(data, collection));
const files = join(vectors, options.teacher, collection);
const student = await openEncoder('static', { kernels });
const teacher = await openEncoder(`vectors:${files}/documents.npy,${files}/queries.npy`, { kernels });
const encode = async (encoder: typeof student, texts: string[], role: 'document' | 'query') =>
  (await encoder.encode(texts, { role, positions: texts.map((_, i) => i) })).vectors;
const documents = dataset.documents.map(({ text }) => text);
const queries = dataset.queries.map(({ text }) => text);
const [X, Q] = [await encode(student, documents, 'document'), await encode(student, queries, 'query')];
const T = await encode(teacher, documents, 'document');
const ndcg = (D: Matrix, q: Matrix) => evaluate({ dataset, kernels, documents: D, queries: q })['ndcg@10'];

const { batch, learningRate, weightDecay, warmup, similarity } = config.train;
const affine = { ridge: config.distil.ridgeLambda, intercept: false };
const common = { ...affine, kind: 'mlp', seed: config.seed } as const;
const asSource = { loss: 'mse', similarity: 0, alpha: 1, projectionSimilarity: 0 } as const;

/** Targets in one space, made inside of the time that is measured. */
function problem(space: 'teacher' | 'student') {
  const { teacher: map } = space === 'teacher' ? alignToTeacher(kernels, T) : alignToStudent(kernels, T, X);
  return { X, Y: mapTeacher(kernels, T, map), teacher: map };
}

async function corrected(kind: AdapterKind, parts: AdapterParts): Promise<number> {
  const space = parts.map ? 'teacher' : 'student';
  const about = { teacher: options.teacher, space, mode: 'offline', alpha: null, push: null, seed: 0 } as const;
  const card = makeCard({ ...about, kind, parts, student, documents: X.rows, failed: 0, fit: {}, gate: null });
  const adapter = kernelsAdapter({ parts, card }, { kernels });
  const score = ndcg(await adapter.correct({ vectors: X }), await adapter.correct({ vectors: Q }));
  await adapter.dispose();
  return score;
}

type Outcome = { seconds: number; ndcg: number };

async function timed(kind: AdapterKind, fit: () => Promise<AdapterParts> | AdapterParts): Promise<Outcome> {
  const started = performance.now();
  const parts = await fit();
  const seconds = (performance.now() - started) / 1000;
  return { seconds, ndcg: await corrected(kind, parts) };
}

const folder = await mkdtemp(join(tmpdir(), 'chelated-train-'));

async function torch(variant: 'source' | 'same'): Promise<Outcome> {
  const child = Bun.spawn([options.python!, join(import.meta.dir, 'peers/train_torch.py'), folder, variant, '1'], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const { seconds, width } = JSON.parse(await new Response(child.stdout).text()) as { seconds: number; width: number };
  const read = async (name: string, rows: number) => {
    const bytes = await readFile(join(folder, `${name}.f32`));
    return matrix(rows, width, new Float32Array(Uint8Array.from(bytes).buffer));
  };
  return { seconds, ndcg: ndcg(await read('documents', X.rows), await read('corrected_queries', Q.rows)) };
}

async function writePeerInputs(): Promise<void> {
  const { Y } = problem('teacher');
  const ridge = ridgeEquations(kernels, X, Y, affine.intercept).solve(affine.ridge);
  const inputs: Record<string, Matrix> = {
    x: X,
    queries: Q,
    teacher: T,
    base: applyAffine(kernels, X, ridge),
    base_queries: applyAffine(kernels, Q, ridge),
    target: Y,
  };
  const widths = Object.fromEntries(Object.entries(inputs).map(([name, { dims }]) => [name, dims]));
  const settings = { epochs: config.epochs, batch, learningRate, weightDecay, warmup, similarity, widths };
  await writeFile(join(folder, 'shapes.json'), JSON.stringify(settings));
  for (const [name, { data }] of Object.entries(inputs)) {
    await writeFile(join(folder, `${name}.f32`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}

const variants: Record<string, () => Promise<Outcome>> = {
  'affine, closed form': () =>
    timed('affine', () => {
      const { Y, teacher } = problem('teacher');
      return { ...ridgeEquations(kernels, X, Y, affine.intercept).solve(affine.ridge), tokens: null, teacher };
    }),
  'mlp on ridge, cosine + similarity (default)': () =>
    timed('mlp', async () => (await fitTrained(kernels, problem('teacher'), { ...common, space: 'teacher' })).parts),
  'mlp in the student’s space, MSE (as the source, aligned)': () =>
    timed('mlp', async () => {
      const settings = { ...common, space: 'student', objective: asSource } as const;
      return (await fitTrained(kernels, problem('student'), settings)).parts;
    }),
  'lowrank on ridge, cosine + similarity': () =>
    timed('lowrank', async () => {
      const settings = { ...common, kind: 'lowrank', space: 'teacher' } as const;
      return (await fitTrained(kernels, problem('teacher'), settings)).parts;
    }),
  ...(options.python && {
    'PyTorch, the source’s offline mode': () => torch('source'),
    'PyTorch, the default’s model and loss': () => torch('same'),
  }),
};

try {
  await writePeerInputs();
  const rounds: Record<string, Outcome[]> = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    const names = Object.keys(variants);
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      const outcome = await variants[name]!();
      rounds[name]!.push(outcome);
      console.error(`round ${round + 1} ${name}: ${outcome.seconds.toFixed(2)} s, nDCG@10 ${outcome.ndcg.toFixed(4)}`);
    }
  }
  const rows = Object.entries(rounds).map(([name, outcomes]) => ({
    name,
    seconds: outcomes.map(({ seconds }) => seconds).sort((a, b) => a - b)[Math.floor(outcomes.length / 2)]!,
    'ndcg@10': outcomes[0]!.ndcg,
  }));
  const peer = rows.find(({ name }) => name.startsWith('PyTorch, the source'))?.seconds;
  const columns = ['seconds', 'ndcg@10', '× PyTorch'];
  if (options.json) console.log(JSON.stringify({ collection, student: ndcg(X, Q), rows }));
  else {
    console.log(`${collection}, student ${ndcg(X, Q).toFixed(4)}, ${config.epochs} epochs, batch ${batch}, 1 thread`);
    const cells = rows.map((row) => [row.seconds, row['ndcg@10'], peer === undefined ? null : row.seconds / peer]);
    console.log(
      reportTable(
        columns,
        rows.map(({ name }, i) => ({ name, figures: cells[i]! })),
      ),
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

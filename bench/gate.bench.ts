// Does the gate's verdict without labels agree with real judgements? Good candidates and bad ones on purpose, each judged by
// the gate and then by test judgements: paired difference of nDCG@10 to the unadapted student, with its bootstrap interval.
//
//   CHELATED_MODELS=… node scripts/bun.mjs scripts/build-student.ts --raw --out RAW
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/gate.bench.ts [--raw RAW] [--seed 0] [--out CELLS.jsonl] [--plot FILE.svg] [COLLECTION…]
//   node scripts/bun.mjs bench/gate.bench.ts --from CELLS.jsonl[,MORE.jsonl] [--plot FILE.svg]
//
// Students: static; with --raw the token table before it learned; with --transformer all-MiniLM-L6-v2 itself, taught by
// all-mpnet-base-v2 (stored vectors of documents and queries, the models for passages: CHELATED_MODELS). --from prints the
// tables of cells that were measured before, --plot draws precision against recall.
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { drawChart } from '../src/lab/chart.ts';
import { gateCandidates } from './gate-candidates.ts';
import { distilled, type GateCell, type Subject } from './gate-cell.ts';
import { gateCurve } from './gate-curve.ts';
import { gateSummary } from './gate-summary.ts';
import { storedTransformer } from './stored-transformer.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    raw: { type: 'string' },
    static: { type: 'boolean', default: true },
    transformer: { type: 'boolean', default: false },
    seed: { type: 'string', default: '0' },
    candidates: { type: 'string', default: '' },
    out: { type: 'string' },
    from: { type: 'string' },
    plot: { type: 'string' },
  },
  allowNegative: true,
});
const cells: GateCell[] = [];
if (options.from) {
  for (const file of options.from.split(',')) {
    for (const line of (await readFile(file, 'utf8')).split('\n')) if (line !== '') cells.push(JSON.parse(line));
  }
} else await measure();
console.log(gateSummary(cells));
if (options.plot) await writeFile(options.plot, await drawChart(gateCurve(cells)));

async function measure(): Promise<void> {
  const { CHELATED_DATA: data, CHELATED_VECTORS: vectors } = process.env;
  if (!data || !vectors) {
    throw new Error('set CHELATED_DATA and CHELATED_VECTORS to the folders of collections and vectors');
  }
  const kernels = await loadKernels();
  const seed = Number(options.seed);
  const wanted = options.candidates.split(';');
  for (const collection of positionals.length > 0 ? positionals : ['cisi', 'cranfield', 'scifact', 'vaswani']) {
    const dataset = await readDataset(join(data, collection));
    const stored = (model: string) => {
      const files = join(vectors, model, collection);
      return openEncoder(`vectors:${files}/documents.npy,${files}/queries.npy`, { kernels });
    };
    const subjects: { name: string; open: () => Promise<Omit<Subject, 'dataset' | 'kernels' | 'seed'>> }[] = [];
    const teacher = () => stored('all-MiniLM-L6-v2');
    const add = (name: string, student: Subject['student'] extends infer S ? () => Promise<S> : never, by = teacher) =>
      subjects.push({ name, open: async () => ({ student: await student(), teacher: await by() }) });
    if (options.static) add('static', () => openEncoder('static', { kernels }));
    if (options.raw) add('raw table', () => openEncoder(options.raw!, { kernels }));
    if (options.transformer) {
      const live = async (model: string) => storedTransformer(model, dataset, await stored(model), kernels);
      add(
        'MiniLM',
        () => live('all-MiniLM-L6-v2'),
        () => live('all-mpnet-base-v2'),
      );
    }
    for (const { name, open } of subjects) {
      const { student, teacher } = await open();
      const run = await distilled({ dataset, kernels, seed, student, teacher });
      for (const candidate of gateCandidates(student.table !== undefined)) {
        if (options.candidates !== '' && !wanted.includes(candidate.name)) continue;
        const cell = { collection, student: name, ...(await run(candidate)) };
        cells.push(cell);
        if (options.out) await appendFile(options.out, `${JSON.stringify(cell)}\n`);
        const { truth, gate } = cell;
        const sign = gate.promoted ? '+' : '-';
        process.stderr.write(`${sign} ${collection}, ${name}: ${cell.candidate}: ${truth.difference.toFixed(3)}\n`);
      }
      for (const encoder of [student, teacher]) encoder.dispose();
    }
  }
}

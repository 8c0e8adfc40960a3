// Time and memory of distillation: seconds of each step, and the process's peak memory.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/distil.bench.ts [--collection scifact] [--adapter lexical] [--threads 2] [--json]
//   node scripts/bun.mjs bench/distil.bench.ts --documents 100000 --dims 384      # made-up documents of 100 words
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AdapterKind } from '../src/adapter/card.ts';
import { distil } from '../src/distil/distil.ts';
import type { DistilOptions } from '../src/distil/distil-options.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { matrix } from '../src/matrix.ts';
import { random } from '../src/random.ts';

const { values: options } = parseArgs({
  options: {
    collection: { type: 'string', default: 'scifact' },
    adapter: { type: 'string', default: 'affine,lexical' },
    mode: { type: 'string', default: 'offline' },
    documents: { type: 'string' },
    dims: { type: 'string', default: '384' },
    threads: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

const kernels = await loadKernels({ threads: Number(options.threads) });
const student = await openEncoder('static', { kernels });
const input = options.documents
  ? madeUp(Number(options.documents), Number(options.dims))
  : await collection(options.collection);
console.error(`input: ${megabytes()} MB`);
const rows: { adapter: string; documents: number; [figure: string]: unknown }[] = [];
for (const adapter of options.adapter.split(',') as AdapterKind[]) {
  const started = performance.now();
  const { figures, card } = await distil({
    ...input,
    student,
    kernels,
    adapter,
    mode: options.mode as DistilOptions['mode'],
    force: true,
  });
  const totalSeconds = (performance.now() - started) / 1000;
  const peakMegabytes = megabytes();
  rows.push({ adapter, documents: card.documents, ...figures, totalSeconds, peakMegabytes });
  console.error(`${adapter}: ${totalSeconds.toFixed(1)} s, ${peakMegabytes} MB at its peak`);
}
student.dispose();

const columns = [
  'documents',
  'encodeSeconds',
  'chooseSeconds',
  'fitHeldInSeconds',
  'judgeSeconds',
  'fitSeconds',
  'iterations',
  'totalSeconds',
  'peakMegabytes',
];
if (options.json) console.log(JSON.stringify(rows));
else
  console.log(
    reportTable(
      columns,
      rows.map((row) => ({ name: row.adapter, figures: columns.map((column) => row[column] as number) })),
    ),
  );

/** The most memory that the process has had so far. */
function megabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

type Input = Pick<DistilOptions, 'documents' | 'teacherVectors'>;

async function collection(name: string): Promise<Input> {
  const { CHELATED_DATA: data, CHELATED_VECTORS: vectors } = process.env;
  if (!data || !vectors)
    throw new Error('set CHELATED_DATA and CHELATED_VECTORS, or give --documents for made-up ones');
  const { documents } = await readDataset(join(data, name));
  const texts = documents.map(({ text }) => text);
  const teacher = await openEncoder(`vectors:${join(vectors, 'all-MiniLM-L6-v2', name, 'documents.npy')}`, { kernels });
  const { vectors: teacherVectors } = await teacher.encode(texts, {
    role: 'document',
    positions: texts.map((_, i) => i),
  });
  return { documents: { ids: documents.map(({ id }) => id), texts }, teacherVectors };
}

/** Documents of 100 numbers between 0 and 9,999, the small ones more often, and random teacher vectors. */
function madeUp(n: number, dims: number): Input {
  const { uniform, normal } = random(0);
  const texts = Array.from({ length: n }, () =>
    Array.from({ length: 100 }, () => Math.floor(10_000 * uniform() ** 3)).join(' '),
  );
  const teacherVectors = kernels.normalize(matrix(n, dims, Float32Array.from({ length: n * dims }, normal)));
  return { documents: { ids: texts.map((_, i) => `d${i}`), texts }, teacherVectors };
}

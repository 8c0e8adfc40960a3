// What int8 rows cost the shipped student: nDCG@10 with the table before and after rounding.
//   CHELATED_MODELS=… node scripts/bun.mjs scripts/build-student.ts --out STUDENT --f32 TABLE.npy
//   CHELATED_DATA=… node scripts/bun.mjs bench/student.bench.ts TABLE.npy [COLLECTION…]
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Encoder } from '../src/encode/encoder.ts';
import { readNpy } from '../src/encode/npy.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { staticEncoder } from '../src/encode/static-encoder.ts';
import type { Dataset } from '../src/evaluate/dataset.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';

const data = process.env.CHELATED_DATA;
const [file, ...named] = process.argv.slice(2);
if (!data || !file) throw new Error('CHELATED_DATA must name the collections, the first argument the f32 table');
const names = named.length > 0 ? named : ['cisi', 'cranfield', 'scifact', 'vaswani'];

const kernels = await loadKernels();
const shipped = await openEncoder('static', { kernels });
const { tokenizer, table } = shipped;
const rows = readNpy(await readFile(file), file);
const exact = await staticEncoder(
  { id: 'f32', revision: '', table: { rows, weights: table!.weights }, tokenizer },
  kernels,
);

const lines = [];
for (const name of names) {
  const dataset = await readDataset(join(data, name));
  const [before, after] = [await quality(exact, dataset), await quality(shipped, dataset)];
  lines.push({ name, figures: [before, after, after - before] });
}
console.log(reportTable(['f32', 'int8', 'difference'], lines));

async function quality(encoder: Encoder, dataset: Dataset): Promise<number> {
  const documents = await encoder.encode(
    dataset.documents.map(({ text }) => text),
    { role: 'document' },
  );
  const queries = await encoder.encode(
    dataset.queries.map(({ text }) => text),
    { role: 'query' },
  );
  return evaluate({ dataset, kernels, documents: documents.vectors, queries: queries.vectors })['ndcg@10'];
}

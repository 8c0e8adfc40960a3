// What a part of each document as a further row of the fit brings: its title, or a sentence, with the teacher's own vector
// of it. The transformer is run for these parts and for the gate's passages, and kept in --cache.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… CHELATED_MODELS=… node scripts/bun.mjs bench/pseudo-queries.bench.ts [COLLECTION…] [--cache DIR] [--json]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pseudoQueryKinds } from '../src/distil/pseudo-queries.ts';
import { cachedEncoder } from '../src/encode/cache/cached-encoder.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { openCollection } from '../src/lab/collection.ts';
import { fitCollection } from '../src/lab/fit-collection.ts';
import { scoreSides } from '../src/lab/score-sides.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, cache: { type: 'string' } },
});
const data = process.env.CHELATED_DATA;
if (!data) throw new Error('set CHELATED_DATA to the folder of collections');
const kernels = await loadKernels();
const model = await openEncoder('all-MiniLM-L6-v2', { kernels });
const teacher = values.cache ? cachedEncoder(model, { directory: values.cache }) : model;
const rows: { name: string; figures: (number | null)[] }[] = [];
for (const name of positionals.length > 0 ? positionals : ['cisi', 'cranfield']) {
  const stored = 'stored:all-MiniLM-L6-v2';
  const collection = await openCollection(kernels, {
    dataset: join(data, name),
    student: 'static',
    teacher: stored,
    seed: 0,
  });
  for (const adapter of ['lexical', 'affine'] as const) {
    for (const kind of [null, ...pseudoQueryKinds]) {
      const { result, sides, aligned } = await fitCollection(collection, {
        adapter,
        ...(kind && { teacher, pseudoQueries: kind }),
      });
      const { agreement, inverseCloze } = result.card.gate!;
      const { ndcg } = scoreSides(collection, sides).figures;
      const asymmetric = scoreSides(collection, { ...sides, documents: aligned! }).figures.ndcg;
      const texts = Number(result.card.fit.pseudoQueries ?? 0);
      const figures = [texts, agreement!.candidate, inverseCloze!.candidate, ndcg as number, asymmetric as number];
      rows.push({ name: `${name}: ${adapter}, ${kind ?? 'none'}`, figures });
      console.error(rows.at(-1)!.name, ...figures);
    }
  }
}
if (values.json) console.log(JSON.stringify(rows));
else {
  const columns = ['pseudo-queries', 'held-out agreement', 'inverse cloze', 'ndcg@10', 'ndcg@10, teacher’s documents'];
  console.log(reportTable(columns, rows));
}

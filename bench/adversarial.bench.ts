// What a discriminator of teacher against corrected vectors brings a trained adapter, by the weight of its reversed gradient.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/adversarial.bench.ts [COLLECTION…] [--adapter mlp] [--json]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AdapterKind } from '../src/adapter/card.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { openCollection } from '../src/lab/collection.ts';
import { fitCollection } from '../src/lab/fit-collection.ts';
import { scoreSides } from '../src/lab/score-sides.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, adapter: { type: 'string', default: 'mlp' } },
});
const data = process.env.CHELATED_DATA;
if (!data) throw new Error('set CHELATED_DATA to the folder of collections');
const kernels = await loadKernels();
const rows: { name: string; figures: (number | null)[] }[] = [];
for (const name of positionals.length > 0 ? positionals : ['cisi', 'cranfield', 'scifact']) {
  const teacher = 'stored:all-MiniLM-L6-v2';
  const collection = await openCollection(kernels, { dataset: join(data, name), student: 'static', teacher, seed: 0 });
  for (const adversarial of [0, 0.01, 0.1, 1]) {
    const options = { adapter: values.adapter as AdapterKind, adversarial };
    const { result, sides } = await fitCollection(collection, options);
    const { agreement, inverseCloze } = result.card.gate!;
    const { epochs, heldOutLoss, discriminatorAccuracy = null } = result.card.fit;
    const { ndcg } = scoreSides(collection, sides).figures;
    const figures = [epochs, heldOutLoss, discriminatorAccuracy, agreement!.candidate, inverseCloze!.candidate, ndcg];
    rows.push({ name: `${name}: ${adversarial}`, figures: figures as (number | null)[] });
    console.error(rows.at(-1)!.name, ...figures);
  }
}
const columns = ['epochs', 'held-out loss', 'discriminator accuracy', 'held-out agreement', 'inverse cloze', 'ndcg@10'];
console.log(values.json ? JSON.stringify(rows) : reportTable(columns, rows));

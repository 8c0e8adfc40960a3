// Writes adapter files of every kind with inputs and the vectors that chelated's kernels give for them:
//   node scripts/bun.mjs test/python/write-adapter-cases.ts FOLDER
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adapterKinds } from '../../src/adapter/card.ts';
import { phi } from '../../src/adapter/features.ts';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { studentPrior } from '../../src/adapter/student-prior.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, row } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';
import { normalMatrix, sample } from '../adapter/samples.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: write-adapter-cases.ts FOLDER');
await mkdir(folder, { recursive: true });
const kernels = await loadKernels();
const options = { dIn: 48, dOut: 32, vocabulary: 200 };
const cases = [
  ...adapterKinds.map((kind) => ({ name: kind, ...sample(kind, 1, options) })),
  { name: 'affine-bias', ...sample('affine', 2, { ...options, bias: true, teacher: 'mean' }) },
  { name: 'lexical-bias', ...sample('lexical', 3, { ...options, bias: true, teacher: 'none' }) },
  { name: 'lexical-without-rows', ...sample('lexical', 4, { ...options, known: 0 }) },
  { name: 'mlp-without-map', ...sample('mlp', 6, { ...options, map: false }) },
  { name: 'lowrank-bias', ...sample('lowrank', 7, { ...options, bias: true }) },
  { name: 'residual-without-map', ...sample('residual', 5, { ...options, map: false }) },
];

for (const { name, parts, card, encoder, input } of cases) {
  const bytes = await writeAdapter(parts, card);
  const adapter = await loadAdapter(bytes, { encoder, kernels });
  const { vectors, tokens } = input(40);
  const features = parts.tokens && phi(tokens, parts.tokens.weights, parts.tokens.termFrequency);
  const prior =
    card.kind === 'lexical' && features && parts.tokens
      ? studentPrior(encoder.table, parts.tokens.rowOf, card.dIn, kernels).sum(features)
      : null;
  const list = (X: Matrix | null) => X && Array.from({ length: X.rows }, (_, i) => Array.from(row(X, i)));
  const teacher = parts.teacher && normalMatrix(random(6), 5, parts.teacher.mean.length);
  const texts = Array.from({ length: tokens.rows }, (_, i) => {
    const [from, to] = [tokens.offsets[i]!, tokens.offsets[i + 1]!];
    return { ids: Array.from(tokens.ids.slice(from, to)), counts: Array.from(tokens.counts.slice(from, to)) };
  });
  const dump = {
    needs: card.needs,
    vectors: card.needs === 'tokens' ? null : list(vectors),
    prior: list(prior),
    texts: card.needs === 'vector' ? null : texts,
    corrected: list(await adapter.correct({ vectors, tokens })),
    teacher: list(teacher),
    aligned: list(teacher && adapter.alignTeacher(teacher)),
  };
  await writeFile(join(folder, `${name}.onnx`), bytes);
  await writeFile(join(folder, `${name}.json`), JSON.stringify(dump));
}
console.log(`${cases.length} adapters in ${folder}`);

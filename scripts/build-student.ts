// Writes assets/student: a static table from the token vectors of a sentence encoder, after the recipe of model2vec.
//   CHELATED_MODELS=… node scripts/bun.mjs scripts/build-student.ts [--model all-MiniLM-L6-v2] [--out assets/student] [--f32 FILE.npy]
// Every token goes through the model as [CLS] token [SEP]; the mean of the three outputs is centred and cut to 256 principal
// components, int8 with a scale a row. Token weights are SIF's, from the token's rank. The same files on every run.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Matrix as Dense } from 'ml-matrix';
import { quantise } from '../src/adapter/quantise.ts';
import { symmetricEigen } from '../src/distil/symmetric-eigen.ts';
import { writeNpy } from '../src/encode/npy.ts';
import { writeSafetensors } from '../src/encode/safetensors.ts';
import { fingerprint } from '../src/fingerprint.ts';
import { type Matrix, matrix } from '../src/matrix.ts';
import { openSession } from '../src/onnx/session.ts';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'all-MiniLM-L6-v2' },
    out: { type: 'string', default: join(import.meta.dirname, '../assets/student') },
    f32: { type: 'string' },
  },
});
const models = process.env.CHELATED_MODELS;
if (!models) throw new Error('CHELATED_MODELS must name the folder that holds the sentence encoder');
const dims = 256;
const sifA = 1e-4; // the constant a of SIF
const folder = join(models, options.model);

const tokenizer = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
const vocabulary: Record<string, number> = tokenizer.model.vocab;
const model = await readFile(join(folder, 'onnx/model_quantized.onnx'));
const outputs = await tokenOutputs(model, Object.keys(vocabulary).length);
const { reduced, kept } = reduce(outputs, dims);
if (options.f32) await writeFile(options.f32, writeNpy(reduced));

const rows = quantise(reduced);
const weights = sifWeights(reduced.rows);
const table = writeSafetensors({
  embeddings: { dtype: 'I8', shape: [rows.rows, rows.dims], data: rows.data },
  scales: { dtype: 'F32', shape: [rows.rows], data: rows.scales },
  weights: { dtype: 'F16', shape: [rows.rows], data: weights },
});
const { normalizer, pre_tokenizer, added_tokens, model: wordPieces, version } = tokenizer;
const trimmed = JSON.stringify({
  ...{ version, truncation: null, padding: null, added_tokens, normalizer, pre_tokenizer },
  ...{ post_processor: null, decoder: null, model: wordPieces },
});
const card = {
  formatVersion: 1,
  id: 'static',
  revision: '1',
  dims,
  vocabularySize: rows.rows,
  table: await fingerprint(table),
  provenance: {
    source: `sentence-transformers/${options.model}`,
    licence: 'Apache-2.0',
    sourceFile: 'onnx/model_quantized.onnx (int8 weights, float arithmetic)',
    sourceFileFingerprint: await fingerprint(model),
    recipe: `mean of the outputs for [CLS] token [SEP], centred, ${dims} principal components, int8 rows with a scale; token weights a/(a+p), a = ${sifA}, p = Zipf of the token's rank`,
    recipeSource: 'model2vec (Tulkens & van Dongen 2024); SIF (Arora, Liang & Ma 2017)',
    varianceKept: Number(kept.toFixed(4)),
    madeBy: 'scripts/build-student.ts',
  },
};
await mkdir(options.out, { recursive: true });
await writeFile(join(options.out, 'table.safetensors'), table);
await writeFile(join(options.out, 'tokenizer.json'), trimmed);
await writeFile(join(options.out, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
console.log(
  `${options.out}: table ${table.length} bytes, tokenizer ${trimmed.length} bytes, variance kept ${kept.toFixed(4)}`,
);

/** Mean over the three positions of the model's outputs for [CLS] t [SEP], for every token t. */
async function tokenOutputs(bytes: Uint8Array, size: number): Promise<Matrix> {
  const session = await openSession(bytes);
  const [cls, sep] = [BigInt(vocabulary['[CLS]']!), BigInt(vocabulary['[SEP]']!)];
  const batch = 512;
  let all: Matrix | undefined;
  for (let from = 0; from < size; from += batch) {
    const n = Math.min(batch, size - from);
    const ids = BigInt64Array.from({ length: 3 * n }, (_, i) => [cls, BigInt(from + Math.floor(i / 3)), sep][i % 3]!);
    const tensor = (data: BigInt64Array) => ({ dtype: 'int64' as const, dims: [n, 3], data });
    const feeds = {
      input_ids: tensor(ids),
      attention_mask: tensor(ids.map(() => 1n)),
      token_type_ids: tensor(ids.map(() => 0n)),
    };
    const wanted = Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name)));
    const { data, dims: shape } = (await session.run(wanted)).last_hidden_state!;
    const width = shape[2]!;
    all ??= matrix(size, width);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < width; j++) {
        const at = i * 3 * width + j;
        all.data[(from + i) * width + j] = (data[at]! + data[at + width]! + data[at + 2 * width]!) / 3;
      }
    }
    process.stderr.write(`\r${from + n} of ${size} tokens`);
  }
  process.stderr.write('\n');
  await session.dispose();
  return all!;
}

/** Centred rows in their first principal components, each component's largest coefficient positive; in f64. */
function reduce(X: Matrix, width: number): { reduced: Matrix; kept: number } {
  const d = X.dims;
  const mean = new Float64Array(d);
  for (let i = 0; i < X.data.length; i++) mean[i % d]! += X.data[i]! / X.rows;
  const covariance = Dense.zeros(d, d);
  const centred = new Float64Array(d);
  const centre = (i: number) => {
    for (let j = 0; j < d; j++) centred[j] = X.data[i * d + j]! - mean[j]!;
  };
  const sums = new Float64Array(d * d);
  for (let i = 0; i < X.rows; i++) {
    centre(i);
    for (let a = 0; a < d; a++) {
      for (let b = a; b < d; b++) sums[a * d + b]! += centred[a]! * centred[b]!;
    }
  }
  for (let a = 0; a < d; a++) {
    for (let b = a; b < d; b++) {
      covariance.set(a, b, sums[a * d + b]!);
      covariance.set(b, a, sums[a * d + b]!);
    }
  }
  const { values, vectors } = symmetricEigen(covariance);
  const axes = Array.from({ length: width }, (_, k) => {
    const axis = Float64Array.from(vectors.getColumn(k));
    const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    return largest < 0 ? axis.map((value) => -value) : axis;
  });
  const reduced = matrix(X.rows, width);
  for (let i = 0; i < X.rows; i++) {
    centre(i);
    axes.forEach((axis, k) => {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += centred[j]! * axis[j]!;
      reduced.data[i * width + k] = sum;
    });
  }
  const total = values.reduce((sum, value) => sum + value, 0);
  return { reduced, kept: values.slice(0, width).reduce((sum, value) => sum + value, 0) / total };
}

/** a/(a + p) with p from Zipf's law: a vocabulary is ordered by frequency. */
function sifWeights(size: number): Float32Array {
  let harmonic = 0;
  for (let rank = 1; rank <= size; rank++) harmonic += 1 / rank;
  return Float32Array.from({ length: size }, (_, t) => sifA / (sifA + 1 / ((t + 1) * harmonic)));
}

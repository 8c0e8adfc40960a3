import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Encoder } from '../../../src/encode/encoder.ts';
import { fromFloat16 } from '../../../src/encode/float16.ts';
import { modelFolder } from '../../../src/encode/onnx/model-folder.ts';
import { onnxEncoder } from '../../../src/encode/onnx/onnx-encoder.ts';
import { loadKernels } from '../../../src/kernels/load.ts';
import { row } from '../../../src/matrix.ts';

interface Golden {
  readonly texts: readonly string[];
  readonly models: Readonly<Record<string, GoldenModel>>;
}

interface GoldenModel {
  readonly sha256: string;
  readonly dims: number;
  readonly positions: readonly number[];
  readonly vectors: string; // f16, base64
}

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden.json'), 'utf8'));
const models = process.env.CHELATED_MODELS ?? '';
const reason = models === '' ? ' (skipped: CHELATED_MODELS is not set)' : '';

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
};

/** Cosine to the same ONNX file in Python's onnxruntime. The golden vectors are rounded to f16, which costs about 1e-7 of it. */
const leastCosine = 0.9999;

for (const [name, expected] of Object.entries(golden.models)) {
  describe.skipIf(models === '')(`onnxEncoder, ${name}${reason}`, () => {
    const texts = expected.positions.map((i) => golden.texts[i]!);
    const vectors = fromFloat16(new Uint16Array(Uint8Array.from(Buffer.from(expected.vectors, 'base64')).buffer));
    let encoder: Encoder;
    beforeAll(async () => {
      encoder = await onnxEncoder(await modelFolder(join(models, name)), await loadKernels(), { dtype: 'q8' });
    }, 120_000);
    afterAll(() => encoder.dispose());

    test('agrees with Python’s onnxruntime on the same file, also for texts longer than the model, and gives a text in a batch and alone the same bits', async () => {
      expect(encoder.dims).toBe(expected.dims);
      const encoded = await encoder.encode(texts, { role: 'document' });
      expect(encoded.failed).toEqual([]);
      texts.forEach((text, i) => {
        const [got, wanted] = [row(encoded.vectors, i), vectors.subarray(i * encoder.dims, (i + 1) * encoder.dims)];
        expect({ text, agrees: cosine(got, wanted) >= leastCosine }).toEqual({ text, agrees: true });
        expect(Math.abs(Math.hypot(...got) - 1)).toBeLessThan(1e-6);
      });
      for (const i of [0, 2]) {
        const alone = await encoder.encode([texts[i]!], { role: 'query' });
        expect(alone.vectors.data).toEqual(row(encoded.vectors, i));
      }
    }, 120_000);
  });
}

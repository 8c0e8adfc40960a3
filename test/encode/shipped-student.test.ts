import { describe, expect, test } from 'bun:test';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { shippedStudent } from '../../src/encode/student-folder.ts';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';

const kernels = await loadKernels();

describe('the shipped student', () => {
  test('has a table of at most 8,000,000 bytes', async () => {
    expect((await stat(join(shippedStudent(), 'table.safetensors'))).size).toBeLessThanOrEqual(8_000_000);
  });

  test('has SIF weights: the rarer the token, the heavier, up to 1', async () => {
    const encoder = await openEncoder('static', { kernels });
    const { weights } = encoder.table!;
    for (let t = 1; t < weights.length; t++) expect(weights[t]! >= weights[t - 1]!).toBe(true);
    expect(weights[0]).toBeCloseTo(0.0011, 3);
    expect(weights.at(-1)).toBeGreaterThan(0.9);
    encoder.dispose();
  });
});

const data = process.env.CHELATED_DATA;
describe.skipIf(!data)(`the shipped student on collections${data ? '' : ' (CHELATED_DATA is not set)'}`, () => {
  // nDCG@10 with the table before it was rounded to int8: bench/student.bench.ts.
  const exact = { cisi: 0.3536, cranfield: 0.4387, scifact: 0.5241, vaswani: 0.3478 };
  for (const [name, expected] of Object.entries(exact)) {
    test(`retrieves on ${name} within .003 of the table before rounding`, async () => {
      const encoder = await openEncoder('static', { kernels });
      const dataset = await readDataset(join(data!, name));
      const [documents, queries] = await Promise.all([
        encoder.encode(
          dataset.documents.map(({ text }) => text),
          { role: 'document' },
        ),
        encoder.encode(
          dataset.queries.map(({ text }) => text),
          { role: 'query' },
        ),
      ]);
      const got = evaluate({ dataset, kernels, documents: documents.vectors, queries: queries.vectors })['ndcg@10'];
      expect(Math.abs(got - expected)).toBeLessThan(0.003);
      encoder.dispose();
    });
  }
});

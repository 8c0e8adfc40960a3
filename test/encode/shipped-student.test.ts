import { describe, expect, test } from 'bun:test';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { config } from '../../src/config.ts';
import type { TextRole } from '../../src/encode/encoder.ts';
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
  // nDCG@10 with the plain table before it was rounded to int8, and what is promised of the student: bench/student.bench.ts.
  const exact = { cisi: 0.3536, cranfield: 0.4387, scifact: 0.5241, vaswani: 0.3478 };
  const least = { cisi: 0.345, cranfield: 0.425, scifact: 0.5, vaswani: 0.33 };
  for (const name of ['cisi', 'cranfield', 'scifact', 'vaswani'] as const) {
    test(`retrieves on ${name} within .003 of the table before rounding, without its gate`, async () => {
      expect(Math.abs((await ndcg(config.plainStudent, name)) - exact[name])).toBeLessThan(0.003);
    });

    test(`retrieves on ${name} as well as is promised`, async () => {
      expect(await ndcg(config.student, name)).toBeGreaterThanOrEqual(least[name]);
    });
  }
});

async function ndcg(student: string, name: string): Promise<number> {
  const encoder = await openEncoder(student, { kernels });
  const dataset = await readDataset(join(data!, name));
  const encode = async (texts: readonly { readonly text: string }[], role: TextRole) =>
    (
      await encoder.encode(
        texts.map(({ text }) => text),
        { role },
      )
    ).vectors;
  const documents = await encode(dataset.documents, 'document');
  const queries = await encode(dataset.queries, 'query');
  encoder.dispose();
  return evaluate({ dataset, kernels, documents, queries })['ndcg@10'];
}

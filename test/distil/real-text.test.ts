import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { phi } from '../../src/adapter/features.ts';
import { kernelsAdapter } from '../../src/adapter/kernels-adapter.ts';
import { alignToTeacher, mapTeacher } from '../../src/distil/align.ts';
import { distil } from '../../src/distil/distil.ts';
import { fitTokenRidge } from '../../src/distil/fit-token-ridge.ts';
import { tokenWeights } from '../../src/distil/token-weighting.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { pickRows } from '../../src/matrix.ts';
import { pickBags } from '../../src/token-bags.ts';

const { CHELATED_DATA: data = '', CHELATED_VECTORS: vectors = '' } = process.env;

async function open(name: string) {
  const kernels = await loadKernels();
  const dataset = await readDataset(join(data, name));
  const student = await openEncoder('static', { kernels });
  const teacher = await openEncoder(`vectors:${join(vectors, 'all-MiniLM-L6-v2', name, 'documents.npy')}`, { kernels });
  const documents = { ids: dataset.documents.map(({ id }) => id), texts: dataset.documents.map(({ text }) => text) };
  const queries = dataset.queries.map(({ text }) => text);
  const positions = documents.ids.map((_, i) => i);
  const T = (await teacher.encode(documents.texts, { role: 'document', positions })).vectors;
  return { kernels, dataset, student, documents, queries, T };
}

describe.skipIf(data === '' || vectors === '')('distil on real text (needs CHELATED_DATA and CHELATED_VECTORS)', () => {
  test('corrects the shipped student on Cranfield without labels, and the gate promotes it', async () => {
    const { kernels, dataset, student, documents, queries, T } = await open('cranfield');
    const D = await student.encode(documents.texts, { role: 'document' });
    const Q = await student.encode(queries, { role: 'query' });
    const asText = async (texts: readonly string[], vectors: typeof T) => ({
      vectors,
      tokens: student.tokenize(texts),
    });
    for (const [adapter, least] of [
      ['affine', 0.44],
      ['lexical', 0.495],
    ] as const) {
      const { parts, card } = await distil({ documents, student, teacherVectors: T, kernels, adapter });
      expect([card.gate?.promoted, card.failed]).toEqual([true, 2]); // two documents of Cranfield have no text
      const corrector = kernelsAdapter({ parts, card }, { kernels, table: student.table! });
      const corrected = await corrector.correct(await asText(documents.texts, D.vectors));
      const asked = await corrector.correct(await asText(queries, Q.vectors));
      expect(evaluate({ dataset, kernels, documents: corrected, queries: asked })['ndcg@10']).toBeGreaterThan(least);
      await corrector.dispose();
    }
    student.dispose();
  }, 60_000);

  test('conjugate gradients as configured come within .005 nDCG of the exact solution', async () => {
    const { kernels, dataset, student, documents, queries, T } = await open('cranfield');
    const half = documents.ids.map((_, i) => i).filter((i) => i % 2 === 0);
    const Y = pickRows(mapTeacher(kernels, T, alignToTeacher(kernels, T, 64).teacher), half);
    const bags = student.tokenize(documents.texts);
    const { weights, termFrequency } = tokenWeights('sif-idf', bags, student.table!.weights, student.table!.rows.rows);
    const S = phi(bags, weights, termFrequency);
    const fitted = phi(pickBags(bags, half), weights, termFrequency);
    const asked = phi(student.tokenize(queries), weights, termFrequency);
    const [exact, iterative] = (['dual', 'iterative'] as const).map((solver) => {
      const { Z } = fitTokenRidge(kernels, fitted, Y, { lambda: 0.1, solver });
      const found = { documents: kernels.embeddingBag(Z, S), queries: kernels.embeddingBag(Z, asked) };
      return evaluate({ dataset, kernels, ...found })['ndcg@10'];
    });
    expect(Math.abs(exact! - iterative!)).toBeLessThan(0.005);
    student.dispose();
  }, 60_000);
});

import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { phi } from '../../src/adapter/features.ts';
import { kernelsAdapter } from '../../src/adapter/kernels-adapter.ts';
import { quantise } from '../../src/adapter/quantise.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { alignToTeacher, mapTeacher } from '../../src/distil/align.ts';
import { distil } from '../../src/distil/distil.ts';
import { fitTokenRidge } from '../../src/distil/fit-token-ridge.ts';
import { makeCard } from '../../src/distil/make-card.ts';
import { seenTokens } from '../../src/distil/seen-tokens.ts';
import { tokenWeights } from '../../src/distil/token-weighting.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, pickRows } from '../../src/matrix.ts';
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
      ['lexical', 0.515],
    ] as const) {
      // What a linear map alone can add, the student has from general text: of the affine the gate need not be convinced.
      const force = adapter === 'affine';
      const { parts, card } = await distil({ documents, student, teacherVectors: T, kernels, adapter, force });
      expect([force || card.gate?.promoted, card.failed]).toEqual([true, 2]); // two documents of Cranfield have no text
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

  test('a lexical file of SciFact has at most 8 MB, and its int8 rows cost less than .003 nDCG', async () => {
    const { kernels, dataset, student, documents, queries, T } = await open('scifact');
    const table = student.table!;
    const [bags, vocabulary] = [student.tokenize(documents.texts), table.rows.rows];
    const { teacher } = alignToTeacher(kernels, T);
    const { weights, termFrequency } = tokenWeights('sif-idf', bags, table.weights, vocabulary);
    const S = phi(bags, weights, termFrequency);
    // A few iterations: the size is that of any fit, and rounding does not care how far it went.
    const Y = mapTeacher(kernels, T, teacher);
    const { Z } = fitTokenRidge(kernels, S, Y, { lambda: 0.1, solver: 'iterative', maxIterations: 3 });
    const { ids, rowOf } = seenTokens(S);
    const tokens = { rows: quantise(pickRows(Z, ids)), rowOf, weights, termFrequency };
    const parts = { map: matrix(student.dims, T.dims), bias: null, tokens, teacher };
    const made = {
      kind: 'lexical',
      space: 'teacher',
      mode: 'offline',
      teacher: 'MiniLM',
      gate: null,
      fit: {},
    } as const;
    const none = { alpha: null, push: null, seed: 0, documents: bags.rows, failed: 0 };
    expect((await writeAdapter(parts, makeCard({ ...made, ...none, parts, student }))).length).toBeLessThan(8e6);

    const asked = phi(student.tokenize(queries), weights, termFrequency);
    const held = kernels.hold(quantise(Z));
    const [exact, rounded] = [Z, held].map((rows) => {
      const found = { documents: kernels.embeddingBag(rows, S), queries: kernels.embeddingBag(rows, asked) };
      return evaluate({ dataset, kernels, ...found })['ndcg@10'];
    });
    expect(Math.abs(exact! - rounded!)).toBeLessThan(0.003);
    student.dispose();
  }, 60_000);
});

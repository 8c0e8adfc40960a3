import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { readNpy } from '../../src/encode/npy.ts';
import { parseDataset } from '../../src/evaluate/dataset.ts';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { judgedQueries } from '../../src/evaluate/judged-queries.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, matrix, pickRows } from '../../src/matrix.ts';

const kernels = await loadKernels();
const record = (id: string) => `{"_id": "${id}", "text": "${id}"}\n`;
const dataset = parseDataset({
  name: 'tiny',
  corpus: ['a', 'b', 'c'].map(record).join(''),
  queries: ['none', 'a', 'q'].map(record).join(''),
  judgements: 'q\tb\t1\na\tc\t1\n',
});
const unit = (...angles: number[]) =>
  matrix(angles.length, 2, Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])));
const documents = unit(0, 1, 2);
const queries = unit(9, 0, 1.1); // query "a" is document "a"

describe('evaluate', () => {
  test('searches with the judged queries, by their position in the file', () => {
    const { perQuery, run, ...figures } = evaluate({ dataset, documents, queries, kernels });
    expect(figures).toMatchObject({ documents: 3, queries: 2, 'ndcg@10': 0.75, 'recall@100': 1, 'mrr@10': 2 / 3 });
    expect(perQuery.map(({ id, map }) => [id, map])).toEqual([
      ['a', 1 / 3],
      ['q', 1],
    ]);
    expect(run.get('a')!.ids).toEqual(['a', 'b', 'c']);
  });

  test('gives the same when only the judged queries have vectors', () => {
    const queryPositions = judgedQueries(dataset).reverse();
    const some = evaluate({ dataset, documents, queries: pickRows(queries, queryPositions), queryPositions, kernels });
    expect(some).toEqual(evaluate({ dataset, documents, queries, kernels }));
  });

  test('leaves the document with the id of the query out on request', () => {
    const { run } = evaluate({ dataset, documents, queries, kernels, removeSelf: true });
    expect(run.get('a')!.ids).toEqual(['b', 'c']);
    expect(run.get('q')!.ids).toEqual(['b', 'c', 'a']);
  });

  test('holds k documents a query in its run', () => {
    expect(evaluate({ dataset, documents, queries, kernels, k: 1 }).run.get('q')!.ids).toEqual(['b']);
  });

  test('throws when counts differ, a judged query has no vector, or nothing is judged', () => {
    const refused = (change: object, code: string, message: string) =>
      expect(() => evaluate({ dataset, documents, queries, kernels, ...change })).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(message) }),
      );
    refused({ documents: unit(1) }, 'shape_mismatch', 'one vector a document (3), got 1');
    refused({ queries: unit(1, 2) }, 'shape_mismatch', 'expected 3 query vectors, got 2');
    refused({ queries: unit(1), queryPositions: [1] }, 'shape_mismatch', 'query "q" is judged but has no vector');
    refused({ dataset: { ...dataset, judgements: new Map() } }, 'invalid_input', 'nothing to evaluate');
  });
});

const { CHELATED_DATA, CHELATED_VECTORS } = process.env;

describe.skipIf(!CHELATED_DATA || !CHELATED_VECTORS)('evaluate, with CHELATED_DATA and CHELATED_VECTORS', () => {
  const vectors = async (path: string): Promise<Matrix> =>
    readNpy(await Bun.file(join(CHELATED_VECTORS!, 'all-MiniLM-L6-v2', path)).bytes());

  const thousandths = { cisi: 421, cranfield: 506, scifact: 645, vaswani: 434 };
  for (const [name, published] of Object.entries(thousandths)) {
    test(`gives the known nDCG@10 of MiniLM on ${name}`, async () => {
      const { 'ndcg@10': ndcg } = evaluate({
        dataset: await readDataset(join(CHELATED_DATA!, name), { split: 'test' }),
        documents: await vectors(`${name}/documents.npy`),
        queries: await vectors(`${name}/queries.npy`),
        kernels,
      });
      expect(Math.round(ndcg * 1000)).toBe(published);
    });
  }
});

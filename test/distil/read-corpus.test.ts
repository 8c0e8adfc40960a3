import { describe, expect, test } from 'bun:test';
import { readCorpus } from '../../src/distil/read-corpus.ts';
import { vectorEncoder } from '../../src/encode/vector-encoder.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { pickRows } from '../../src/matrix.ts';
import { toy, toyTokenizer } from './toy.ts';

const kernels = await loadKernels();

describe('readCorpus', () => {
  test('throws shape_mismatch for a matrix with fewer numbers than it says', async () => {
    const { student, ids, texts } = await toy(kernels, 20);
    const teacher = { rows: 20, dims: 4, data: new Float32Array(4).fill(1) };
    const read = readCorpus({ documents: { ids, texts }, student, teacher, kernels });
    await expect(read).rejects.toMatchObject({ code: 'shape_mismatch' });
  });

  test('throws shape_mismatch when a file has fewer or more vectors than there are documents', async () => {
    const { student, ids, texts, T } = await toy(kernels, 20);
    const teacher = (count: number) =>
      vectorEncoder(
        {
          id: 'vectors:t.npy',
          documents: {
            vectors: pickRows(
              T,
              Array.from({ length: count }, (_, i) => i),
            ),
          },
        },
        toyTokenizer,
        kernels,
      );
    const documents = (count: number) => ({ ids: ids.slice(0, count), texts: texts.slice(0, count) });
    const read = async (vectors: number, count: number) =>
      readCorpus({ documents: documents(count), student, teacher: await teacher(vectors), kernels });
    expect((await read(19, 19)).corpus.T?.rows).toBe(19);
    for (const vectors of [18, 20]) {
      await expect(read(vectors, 19)).rejects.toMatchObject({
        code: 'shape_mismatch',
        message: expect.stringContaining(`19 texts, but ${vectors} vectors`),
      });
    }
  });
});

import { describe, expect, test } from 'bun:test';
import { Matrix as Dense } from 'ml-matrix';
import { fromDense } from '../../src/distil/dense.ts';
import { joinTeachers } from '../../src/distil/join-teachers.ts';
import { learnTeacherWeights } from '../../src/distil/learn-teacher-weights.ts';
import { polarFactor } from '../../src/distil/polar-factor.ts';
import { teachByDomain } from '../../src/distil/teach-by-domain.ts';
import { teachJointly } from '../../src/distil/teach-jointly.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { vectorEncoder } from '../../src/encode/vector-encoder.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { normals, toy, toyTokenizer } from './toy.ts';

const kernels = await loadKernels();
const { student, ids, texts, T } = await toy(kernels, 400, { dims: 64 });
const input = { documents: { ids, texts }, student, kernels, seed: 0 };
const general = { vectors: T, id: 'general', figures: {} };
const knows = (id: string, vectors: Matrix): Promise<Encoder> =>
  vectorEncoder({ id, model: id, documents: { vectors } }, toyTokenizer, kernels);
const turned = (X: Matrix, dims: number, seed: number) => {
  const rotation = polarFactor(Dense.from1DArray(X.dims, dims, normals(X.dims, dims, seed).data));
  return kernels.gemm(X, fromDense(rotation));
};
const changed = (X: Matrix, Y: Matrix) =>
  Array.from({ length: X.rows }, (_, i) => i).filter((i) => row(X, i).some((x, j) => x !== row(Y, i)[j]));

describe('teachByDomain', () => {
  test('a domain teacher that says the same in a space of its own changes nothing', async () => {
    const teacher = await knows('turned', turned(T, 32, 3));
    const { vectors, figures } = await teachByDomain(input, general, [{ teacher, examples: texts }]);
    expect(figures['documents of turned']).toBeGreaterThan(300);
    vectors.data.forEach((x, e) => {
      expect(Math.abs(x - T.data[e]!)).toBeLessThan(1e-3);
    });
  });

  test('texts that are far from every domain keep the general teacher’s vector, bit for bit', async () => {
    const teacher = await knows('other', kernels.normalize(normals(400, 24, 5)));
    // Of one word, so that no document is near.
    const { vectors, figures } = await teachByDomain(input, general, [{ teacher, examples: ['w7 w7', 'w7'] }]);
    expect(figures['documents of other']).toBe(0);
    expect(vectors.data).toEqual(T.data);
    expect((await teachByDomain(input, general, [])).vectors.data).toEqual(T.data);
  });

  test('documents of the domain, and no others, have its teacher’s neighbours; those it fails on keep the general one’s', async () => {
    // Every fourth document has the first twelve words alone, the others all but those.
    const word = (i: number, n: number) => `w${i % 4 === 0 ? n % 12 : 12 + (n % 288)}`;
    const narrow = texts.map((text, i) => text.replace(/w(\d+)/g, (_, n) => word(i, Number(n))));
    const said = kernels.normalize(normals(400, 24, 8));
    row(said, 0).fill(0);
    const teacher = await knows('own', said);
    const examples = narrow.filter((_, i) => i % 4 === 0);
    const { vectors } = await teachByDomain({ ...input, documents: { ids, texts: narrow } }, general, [
      { teacher, examples },
    ]);
    const own = changed(vectors, T);
    expect(own.length).toBeGreaterThan(85);
    expect(own.every((i) => i % 4 === 0)).toBe(true);
    expect(own.includes(0)).toBe(false);
    for (const i of own) expect(Math.hypot(...row(vectors, i))).toBeCloseTo(1, 4);
  });

  test('refuses a domain that nothing shows', async () => {
    const teacher = await knows('own', T);
    expect(teachByDomain(input, general, [{ teacher, examples: ['', '?'] }])).rejects.toThrow(
      'the domain of own needs documents that show it, got 2 documents, none with a vector',
    );
  });
});

describe('teachJointly', () => {
  test('joins the teachers with the weights that held-out documents give them', async () => {
    const noise = kernels.normalize(normals(400, 24, 9));
    const { vectors, id, figures } = await teachJointly(input, [await knows('a', T), await knows('b', noise)]);
    const weights = await learnTeacherWeights({ documents: { ids, texts }, student, kernels, seed: 0 }, [T, noise]);
    expect([id, figures]).toEqual(['a + b', { 'weight of a': weights[0]!, 'weight of b': weights[1]! }]);
    expect(vectors.data).toEqual(joinTeachers(kernels, [T, noise].map(kernels.normalize), weights).documents.data);
    expect(matrix(400, 48).data.length).toBe(vectors.data.length);
  });
});

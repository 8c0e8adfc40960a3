import { afterAll, afterEach, describe, expect, spyOn, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../../src/config.ts';
import type { Int8Rows, Kernels, SparseRows } from '../../../src/kernels/kernels.ts';
import { loadKernels } from '../../../src/kernels/load.ts';
import { threadStarter } from '../../../src/kernels/threads/start-thread.ts';
import { threadedKernels } from '../../../src/kernels/threads/threaded-kernels.ts';
import { type Matrix, matrix } from '../../../src/matrix.ts';
import { random } from '../../../src/random.ts';
import { sharingKernels } from '../sharing-kernels.ts';

const one = await loadKernels('simd');
const three = await sharingKernels({ threads: 3 });
afterAll(() => three.close());

/** Numbers of which many are equal, some are −0 and some not numbers, so that ties and NaN occur. */
function coarse(rows: number, dims: number, seed: number, nan = false): Matrix {
  const numbers = random(seed);
  return matrix(
    rows,
    dims,
    Float32Array.from({ length: rows * dims }, () =>
      nan && numbers.uniform() < 0.02 ? Number.NaN : Math.round(2 * numbers.normal()) / 2,
    ),
  );
}

function normal(rows: number, dims: number, seed: number): Matrix {
  const numbers = random(seed);
  return matrix(
    rows,
    dims,
    Float32Array.from({ length: rows * dims }, () => numbers.normal()),
  );
}

function int8(X: Matrix): Int8Rows {
  return {
    ...X,
    data: Int8Array.from(X.data, (v) => 20 * v),
    scales: Float32Array.from({ length: X.rows }, (_, i) => 1 / (8 + (i % 3))),
  };
}

function sparse(rows: number, columns: number, seed: number): SparseRows {
  const numbers = random(seed);
  const lists = Array.from({ length: rows }, () =>
    Array.from({ length: Math.floor(numbers.uniform() * 9) }, () => Math.floor(numbers.uniform() * columns)),
  );
  const offsets = new Uint32Array(rows + 1);
  lists.forEach((list, i) => {
    offsets[i + 1] = offsets[i]! + list.length;
  });
  const ids = Uint32Array.from(lists.flat());
  return { rows, columns, offsets, ids, values: Float32Array.from(ids, () => numbers.normal()) };
}

/** One thread and three say the same, to the bit, in arrays that no thread shares. */
function same(run: (kernels: Kernels) => readonly (Float32Array | Uint32Array)[]): void {
  const [expected, got] = [run(one), run(three)];
  for (const [i, array] of got.entries()) {
    expect(array.buffer).toBeInstanceOf(ArrayBuffer);
    expect(Buffer.compare(bytes(array), bytes(expected[i]!))).toBe(0);
  }
}

const bytes = (array: Float32Array | Uint32Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const rows = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 5, max: 900 }));
const dims = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(33, 128, 384));
const seed = fc.nat();

describe('kernels with three threads give bit for bit what one gives', () => {
  test('products of any shape', () => {
    fc.assert(
      fc.property(rows, dims, rows, fc.boolean(), fc.boolean(), seed, (m, k, n, transposeA, transposeB, seed) => {
        const A = normal(transposeA ? k : m, transposeA ? m : k, seed);
        const B = normal(transposeB ? n : k, transposeB ? k : n, seed + 1);
        same((kernels) => [kernels.gemm(A, B, { transposeA, transposeB }).data]);
        same((kernels) => {
          const held = kernels.hold(int8(B));
          const C = kernels.gemm(A, held, { transposeA, transposeB });
          held.free();
          return [C.data];
        });
      }),
    );
  });

  test('products of more rows than are copied in at a time', () => {
    const [A, B] = [normal(17_000, 384, 1), normal(384, 40, 2)];
    expect(A.data.byteLength).toBeGreaterThan(3 * config.kernels.threads.callsEach * config.kernels.blockBytes);
    same((kernels) => [kernels.gemm(A, B).data]);
    same((kernels) => [kernels.gemm(A, matrix(17_000, 40, A.data.slice(0, 680_000)), { transposeA: true }).data]);
  });

  test('searches of any shape, with ties and NaN, in a matrix, held rows, int8 rows and growing rows', () => {
    fc.assert(
      fc.property(
        rows,
        dims,
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 40 }),
        seed,
        (n, d, q, k, seed) => {
          const [X, Q] = [coarse(n, d, seed, true), coarse(q, d, seed + 1)];
          same((kernels) => {
            const [held, narrow, growing] = [kernels.hold(X), kernels.hold(int8(X)), kernels.growing(d)];
            growing.append(X);
            const found = [X, held, narrow, growing].map((index) => kernels.topK(index, Q, k));
            for (const each of [held, narrow, growing]) each.free();
            return found.flatMap(({ indices, scores }) => [indices, scores]);
          });
        },
      ),
    );
  });

  test('searches in more rows than are copied in at a time', () => {
    const [X, Q] = [coarse(60_000, 256, 1), coarse(40, 256, 2)];
    expect(X.data.byteLength).toBeGreaterThan(2 * 3 * config.kernels.threads.callsEach * config.kernels.blockBytes);
    same((kernels) => {
      const { indices, scores } = kernels.topK(X, Q, 50);
      return [indices, scores];
    });
  });

  test('sparse ridges, also with other calls between their steps', () => {
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 70 }),
        seed,
        (n, columns, d, seed) => {
          const [S, Y] = [sparse(n, columns, seed), normal(n, d, seed + 1)];
          const options = { lambda: 0.1, tolerance: 1e-3, maxIterations: 12 };
          same((kernels) => [kernels.sparseRidge(S, Y, options).Z.data]);
          same((kernels) => {
            const between: Float32Array[] = [];
            const steps = kernels.sparseRidgeSteps(S, Y, options);
            for (;;) {
              const step = steps.next();
              if (step.done) return [step.value.Z.data, ...between];
              if (between.length < 3) between.push(kernels.gemm(Y, Y, { transposeA: true }).data);
            }
          });
        },
      ),
    );
  });

  test('in two sets of kernels at a time, each with its threads', async () => {
    const other = await sharingKernels({ threads: 2 });
    const [X, Y] = [normal(700, 48, 1), normal(700, 48, 2)];
    const options = { lambda: 1, tolerance: 0, maxIterations: 9 };
    const S = sparse(700, 90, 3);
    const all = [one, three, other].map((kernels) => kernels.sparseRidgeSteps(S, X, options));
    for (let steps = all.map((each) => each.next()); ; steps = all.map((each) => each.next())) {
      const products = [one, three, other].map((kernels) => kernels.gemm(Y, X, { transposeB: true }).data);
      expect(products[1]).toEqual(products[0]!);
      expect(products[2]).toEqual(products[0]!);
      if (!steps[0]!.done) continue;
      const results = steps.map((step) => (step.done ? step.value.Z.data : null));
      expect(results[1]).toEqual(results[0]!);
      expect(results[2]).toEqual(results[0]!);
      break;
    }
    other.close();
  });
});

describe('threads', () => {
  const [A, B] = [normal(2048, 384, 1), normal(384, 384, 2)];
  const expected = one.gemm(A, B).data;
  let restore = () => {};
  afterEach(() => restore());

  test('are asked for by number, and said to be there', async () => {
    const kernels = await loadKernels({ threads: 2 });
    expect(kernels).toMatchObject({ name: 'threads', threads: 2, fallback: undefined });
    expect(kernels.gemm(A, B).data).toEqual(expected);
    kernels.close();
  });

  test('are as many as cores, when that is asked for', async () => {
    const kernels = await loadKernels({ threads: 'cores' });
    const { most } = config.kernels.threads;
    expect(kernels.threads).toBe(Math.max(1, Math.min(most, navigator.hardwareConcurrency)));
    kernels.close();
  });

  test('that were ended leave kernels that go on with one', async () => {
    const kernels = await sharingKernels({ threads: 2 });
    kernels.close();
    kernels.close();
    expect(kernels.gemm(A, B).data).toEqual(expected);
    expect(kernels.fallback).toBeUndefined();
  });

  test('that cannot start cost nothing but their help, and the reason is said', async () => {
    const nowhere = threadStarter(new URL('file:///nowhere/crew-thread.js'));
    const throwing = () => {
      throw new Error('no more threads');
    };
    for (const [start, why] of [
      [nowhere, 'nowhere'],
      [throwing, 'no more threads'],
    ] as const) {
      const said: string[] = [];
      const kernels = await threadedKernels({ threads: 2, onFallback: (why) => said.push(why) }, { start });
      if (typeof kernels === 'string') throw new Error(kernels);
      expect(kernels.gemm(A, B).data).toEqual(expected);
      for (let tries = 0; tries < 500 && kernels.fallback === undefined; tries++) await Bun.sleep(10);
      expect(kernels.fallback).toContain('1 of 2 threads are not there');
      expect(kernels.fallback).toContain(why);
      expect(said).toEqual([kernels.fallback!]);
      expect(kernels.threads).toBe(1);
      expect(kernels.gemm(A, B).data).toEqual(expected);
      kernels.close();
    }
  });

  test('that do not come back, or trap, end in backend_failed', async () => {
    const failed = expect.objectContaining({ code: 'backend_failed' });
    for (const [file, message] of [
      ['lost-thread.ts', 'did not come back'],
      ['trapping-thread.ts', 'trapped'],
    ] as const) {
      const kernels = await sharingKernels(
        { threads: 2 },
        { start: threadStarter(new URL(file, import.meta.url)), lostMs: 300 },
      );
      const run = () => kernels.gemm(A, B);
      let error: unknown;
      for (let tries = 0; tries < 100 && !error; tries++) error = thrown(run); // until the thread gets hold of a call
      expect(error).toEqual(failed);
      expect((error as Error).message).toContain(message);
      if (file === 'lost-thread.ts') expect(run).toThrow('did not come back'); // it may yet write where others would
      kernels.close();
    }
  });

  test('are not there where one is asked for, nor, with the reason, where memory is not shared, or nobody may wait', async () => {
    const reason = async (threads = 2) => {
      const said: string[] = [];
      const kernels = await loadKernels({ threads, onFallback: (why) => said.push(why) });
      expect(kernels.gemm(A, B).data).toEqual(expected);
      expect(said).toEqual(kernels.fallback === undefined ? [] : [kernels.fallback]);
      kernels.close();
      return [kernels.name, kernels.threads, kernels.fallback];
    };
    expect(await reason(1)).toEqual(['simd', 1, undefined]);
    const waits = spyOn(Atomics, 'wait').mockImplementation(() => {
      throw new TypeError('cannot wait here');
    });
    restore = () => waits.mockRestore();
    expect(await reason()).toEqual(['simd', 1, expect.stringContaining('must not wait')]);
    restore();
    const shared = globalThis.SharedArrayBuffer;
    restore = () => Object.assign(globalThis, { SharedArrayBuffer: shared });
    Object.assign(globalThis, { SharedArrayBuffer: undefined });
    expect(await reason()).toEqual(['simd', 1, expect.stringContaining('no shared memory')]);
  });
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

import { describe, expect, test } from 'bun:test';
import { ChelatedError } from '../../src/errors.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { openSession } from '../../src/onnx/session.ts';

/** y = x·2, picked = x[i]: a graph with f32 and int64 inputs and two outputs. */
function model(): Uint8Array {
  const graph = new GraphBuilder('a test');
  const x = graph.input('x', 'f32', ['n', 2]);
  const i = graph.input('i', 'int64', ['m']);
  graph.output(graph.op('Mul', [x, graph.scalar(2)], {}, 'y'), 'f32', ['n', 2]);
  graph.output(graph.op('Gather', [x, i], { axis: 0 }, 'picked'), 'f32', ['m', 2]);
  return graph.bytes({ irVersion: 8, opset: 17, producer: 'a test', metadata: [] });
}

const feeds = {
  x: { dtype: 'f32', dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
  i: { dtype: 'int64', dims: [1], data: BigInt64Array.of(1n) },
} as const;

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  const error = await action().then(
    () => 'accepted',
    (e: unknown) => e,
  );
  return error instanceof ChelatedError ? error.code : String(error);
}

describe('openSession', () => {
  test('runs named tensors and gives the outputs asked for', async () => {
    const session = await openSession(model());
    expect([session.inputNames, session.outputNames]).toEqual([
      ['x', 'i'],
      ['y', 'picked'],
    ]);
    const all = await session.run(feeds);
    expect(all.y).toEqual({ dtype: 'f32', dims: [2, 2], data: Float32Array.of(2, 4, 6, 8) });
    expect(all.picked).toEqual({ dtype: 'f32', dims: [1, 2], data: Float32Array.of(3, 4) });
    expect(Object.keys(await session.run(feeds, ['picked']))).toEqual(['picked']);
    await session.dispose();
  });

  test('gives callers at once what each asked for, and finishes them before it is disposed', async () => {
    const session = await openSession(model());
    const runs = Array.from({ length: 20 }, (_, k) =>
      session.run({ ...feeds, x: { dtype: 'f32', dims: [2, 2], data: Float32Array.of(k, 0, 0, k) } }, ['y']),
    );
    const disposed = session.dispose();
    for (const [k, run] of runs.entries()) expect((await run).y?.data).toEqual(Float32Array.of(2 * k, 0, 0, 2 * k));
    await disposed;
    await session.dispose();
    expect(await codeOf(() => session.run(feeds))).toBe('invalid_input');
  });

  test('a call that fails is backend_failed, and the next one works', async () => {
    const session = await openSession(model());
    expect(await codeOf(() => session.run({ x: feeds.x }))).toBe('backend_failed');
    expect(await codeOf(() => session.run({ ...feeds, i: { ...feeds.i, data: BigInt64Array.of(9n) } }))).toBe(
      'backend_failed',
    );
    expect((await session.run(feeds, ['y'])).y?.data).toEqual(Float32Array.of(2, 4, 6, 8));
    await session.dispose();
  });

  test('refuses bytes that are no model as backend_failed', async () => {
    expect(await codeOf(() => openSession(new Uint8Array(10)))).toBe('backend_failed');
  });
});

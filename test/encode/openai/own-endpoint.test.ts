import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { loadAdapter } from '../../../src/adapter/load-adapter.ts';
import { writeAdapter } from '../../../src/adapter/write-adapter.ts';
import { config } from '../../../src/config.ts';
import { distil } from '../../../src/distil/distil.ts';
import type { Encoder } from '../../../src/encode/encoder.ts';
import { openEncoder } from '../../../src/encode/open-encoder.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { readDataset } from '../../../src/evaluate/read-dataset.ts';
import { createApp } from '../../../src/http/create-app.ts';
import { loadKernels } from '../../../src/kernels/load.ts';

const kernels = await loadKernels();
const sample = join(import.meta.dirname, '../../../assets/sample');
const documents = (await readDataset(sample)).documents.slice(0, 400);
const texts = documents.map(({ text }) => text);
const ids = documents.map(({ id }) => id);

let student: Encoder;
let engine: Engine;
let server: ReturnType<typeof Bun.serve>;
beforeAll(async () => {
  student = await openEncoder(config.student, { kernels });
  engine = await Engine.open({ encoder: student, kernels });
  await engine.collection().upsert(documents);
  const T = await openEncoder(`vectors:${join(sample, 'teacher/documents.safetensors')}`, { kernels });
  const { vectors } = await T.encode(texts, { role: 'document', ids });
  const { parts, card } = await distil({
    documents: { ids, texts },
    student,
    kernels,
    teacherVectors: vectors,
    force: true,
  });
  await engine.collection().adopt(await writeAdapter(parts, card));
  const app = createApp({ engine });
  server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => app.fetch(request) });
});
afterAll(async () => {
  await server.stop(true);
  await engine.close();
});

const open = (model: string) => openEncoder(`openai:${model}@http://127.0.0.1:${server.port}/v1`, { kernels });

describe('this project’s own endpoint', () => {
  test('as an encoder gives the vectors that the engine behind it computes, of student and adapter', async () => {
    const cases = [
      ['student', (await student.encode(texts, { role: 'document' })).vectors],
      ['student+adapter', (await engine.collection().correct({ texts, role: 'document' })).vectors],
    ] as const;
    for (const [model, expected] of cases) {
      const encoder = await open(model);
      const { vectors, failed } = await encoder.encode(texts, { role: 'document' });
      expect([encoder.dims, failed]).toEqual([expected.dims, []]);
      const apart = vectors.data.map((x, e) => Math.abs(x - expected.data[e]!));
      expect(Math.max(...apart)).toBeLessThan(1e-6);
      encoder.dispose();
    }
  });

  test('teaches the student what it has learned itself', async () => {
    const teacher = await open('student+adapter');
    const { parts, card } = await distil({ documents: { ids, texts }, student, kernels, teacher });
    expect(card.gate!.promoted).toBe(true);
    const adapter = await loadAdapter(await writeAdapter(parts, card), { encoder: student, kernels });
    const { vectors: X, tokens } = await student.encode(texts, { role: 'document' });
    const vectors = await adapter.correct({ vectors: X, tokens: tokens! });
    const taught = (await engine.collection().correct({ texts, role: 'document' })).vectors;
    let cosine = 0;
    for (let e = 0; e < vectors.data.length; e++) cosine += vectors.data[e]! * taught.data[e]!;
    expect(cosine / vectors.rows).toBeGreaterThan(0.95);
    await adapter.dispose();
    teacher.dispose();
  });
});

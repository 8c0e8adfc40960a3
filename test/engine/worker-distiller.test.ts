import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { breathe } from '../../src/breathe.ts';
import { config } from '../../src/config.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { Engine } from '../../src/engine/engine.ts';
import { inProcessDistiller } from '../../src/engine/in-process-distiller.ts';
import { workerDistiller } from '../../src/engine/worker-distiller.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix } from '../../src/matrix.ts';
import { tokenBags } from '../../src/token-bags.ts';

const kernels = await loadKernels();
const encoder = await openEncoder(config.student, { kernels });
const sample = join(import.meta.dirname, '../../assets/sample');
const teacher = `vectors:${join(sample, 'teacher/documents.safetensors')}`;
const documents = (await readDataset(sample)).documents.slice(0, 400);
const worker = workerDistiller({ student: config.student });
afterAll(() => worker.close());

async function learned(distiller: typeof worker) {
  const engine = await Engine.open({ encoder, kernels, teacher, distiller: { ...distiller, close: async () => {} } });
  const collection = engine.collection();
  await collection.upsert(documents);
  const report = await collection.sediment({ force: true }).done;
  const file = collection.adapterFile(report.generation);
  await engine.close();
  return { report, file };
}

describe('workerDistiller', () => {
  test('learns in another thread what is learned in this one, byte for byte', async () => {
    const here = inProcessDistiller({ student: encoder, kernels, openTeacher: (id) => openEncoder(id, { kernels }) });
    const [other, own] = [await learned(worker), await learned(here)];
    expect(other.report).toMatchObject({ outcome: 'promoted', taught: 400, steps: own.report.steps });
    expect(other.file).toEqual(own.file);
  });

  test('an aborted call ends at once, and the next one works', async () => {
    const abort = new AbortController();
    const asked = { ids: documents.map(({ id }) => id), texts: documents.map(({ text }) => text) };
    const call = worker.teach(teacher, asked, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    const { vectors, failed } = await worker.teach(teacher, asked);
    expect([vectors.rows, failed.length]).toEqual([400, 0]);
  });

  test('a call whose texts are still on their way ends when it is aborted, or when its thread ends', async () => {
    const own = workerDistiller({ student: config.student });
    const asked = { ids: ['a'], texts: ['a'] };
    await own.teach(teacher, { ids: documents.slice(0, 1).map(({ id }) => id), texts: ['a'] });
    // More texts than are handed over before the test goes on.
    const ids = Array.from({ length: 100 * config.engine.sliceDocuments }, (_, i) => `d${i}`);
    const vectors = matrix(0, encoder.dims);
    const job = { ...{ ids, texts: ids, vectors, untokenized: [], teacher: null, events: [] }, tokens: tokenBags([]) };
    const begin = (signal?: AbortSignal) =>
      own.distil({ ...structuredClone(job), fit: { mode: 'baseline', alpha: 0 } }, signal ? { signal } : {});
    const abort = new AbortController();
    const aborted = begin(abort.signal);
    await breathe();
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await own.teach(teacher, { ids: documents.slice(0, 1).map(({ id }) => id), texts: ['a'] });
    const ended = begin();
    await breathe();
    await own.close();
    await expect(ended).rejects.toMatchObject({ code: 'backend_failed' });
    await expect(own.teach('vectors:nowhere.npy', asked)).rejects.toMatchObject({ code: 'not_found' });
    await own.close();
  });

  test('what fails there is refused here, by its code', async () => {
    await expect(worker.teach('vectors:nowhere.npy', { ids: ['a'], texts: ['a'] })).rejects.toMatchObject({
      code: 'not_found',
    });
    const lost = workerDistiller({ student: 'no-such-student' });
    await expect(lost.teach(teacher, { ids: ['a'], texts: ['a'] })).rejects.toMatchObject({ code: 'backend_failed' });
  });
});

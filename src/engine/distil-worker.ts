import { parentPort, workerData } from 'node:worker_threads';
import { openEncoder } from '../encode/open-encoder.ts';
import { ChelatedError } from '../errors.ts';
import { loadKernels } from '../kernels/load.ts';
import { onDeviceFallback, useDevice } from '../onnx/device.ts';
import { inProcessDistiller } from './in-process-distiller.ts';
import type { DocumentPage, WorkerAnswer, WorkerCall, WorkerStart } from './worker-distiller.ts';

// The other thread of `workerDistiller`: one distiller, with kernels and encoders of its own.

const { student, device } = workerData as WorkerStart;
const port = parentPort!;
const say = (answer: WorkerAnswer, moved: ArrayBuffer[] = []) => port.postMessage(answer, moved);

useDevice(device);
onDeviceFallback((fallback) => say({ call: 0, fallback }));

const kernels = await loadKernels();
const encoder = await openEncoder(student, { kernels });
const distiller = inProcessDistiller({ student: encoder, kernels, openTeacher: (id) => openEncoder(id, { kernels }) });

/** Ids and texts of jobs that are on their way, by the number of their call. */
const pages = new Map<number, DocumentPage[]>();

port.on('message', async (call: WorkerCall) => {
  if (call.type === 'documents') {
    const before = pages.get(call.id);
    if (before) before.push(call.page);
    else pages.set(call.id, [call.page]);
    return;
  }
  const onProgress = (
    step: Parameters<NonNullable<Parameters<typeof distiller.distil>[1]>['onProgress'] & {}>[0],
    share: number,
  ) => say({ call: call.id, progress: { step, share } });
  try {
    const result =
      call.type === 'teach'
        ? await distiller.teach(call.teacher, call.documents)
        : await distiller.distil({ ...call.job, ...takePages(call.id) }, { onProgress });
    say({ call: call.id, result }, 'file' in result && result.file ? [result.file.buffer as ArrayBuffer] : []);
  } catch (error) {
    const { message } = error as Error;
    say({ call: call.id, error: { code: error instanceof ChelatedError ? error.code : null, message } });
  }
});
say({ call: 0, result: null });

function takePages(call: number): DocumentPage {
  const taken = pages.get(call) ?? [];
  pages.delete(call);
  return { ids: taken.flatMap(({ ids }) => ids), texts: taken.flatMap(({ texts }) => texts) };
}

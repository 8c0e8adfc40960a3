import { writeAdapter } from '../adapter/write-adapter.ts';
import { config } from '../config.ts';
import { distil } from '../distil/distil.ts';
import type { Encoder } from '../encode/encoder.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { DistilJob, DistillerOptions, DistilOutcome } from './distiller.ts';
import { storedEncoder } from './stored-encoder.ts';

const readTokens = ['lexical', 'residual'];

/** Fits and judges, with the fallback chain below it. The same job gives the same bytes. */
export async function runDistilJob(
  job: DistilJob,
  { student, teacher, kernels }: { student: Encoder; teacher: Encoder | null; kernels: Kernels },
  { signal, onProgress }: DistillerOptions = {},
): Promise<DistilOutcome> {
  const { mode, alpha, force, ...fit } = job.fit;
  const needsTokens = readTokens.includes(fit.adapter ?? config.adapter);
  const { parts, card, steps } = await distil({
    documents: { ids: job.ids, texts: job.texts.map((text) => text ?? '') },
    student: storedEncoder(student, job, needsTokens),
    kernels,
    ...fit,
    mode,
    alpha,
    ...(force && { force }),
    ...(job.teacher && { teacherVectors: job.teacher.vectors, teacherId: job.teacher.id }),
    ...(job.teacher && teacher && !teacher.precomputed && { teacher }),
    ...(job.events.length > 0 && { events: job.events }),
    fallback: true,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  // The last step of the chain is the student as it is: nothing to promote.
  if (card.kind === 'identity') return { file: null, card, steps };
  return { file: await writeAdapter(parts, card), card, steps };
}

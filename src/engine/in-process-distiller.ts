import type { Encoder } from '../encode/encoder.ts';
import { type SharedEncoder, sharedEncoder } from '../encode/shared-encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { untilAborted } from '../until-aborted.ts';
import type { DistilJob, Distiller } from './distiller.ts';
import { runDistilJob } from './run-distil-job.ts';

export interface InProcessOptions {
  readonly student: Encoder;
  readonly kernels: Kernels;
  /** Opens a teacher by its id; called when it is first needed. Without it no teacher can be had. */
  readonly openTeacher?: (id: string) => Promise<Encoder>;
}

/**
 * Learns in this thread: for programs without a server, and for encoders that no other thread could open. A teacher that hangs
 * is left behind when the signal says so.
 */
export function inProcessDistiller({ student, kernels, openTeacher }: InProcessOptions): Distiller {
  const teachers = new Map<string, SharedEncoder>();
  const teacherOf = async (id: string): Promise<Encoder> => {
    if (!openTeacher) throw new ChelatedError('not_found', `teacher ${id}: no way to open a teacher was given`);
    const known = teachers.get(id) ?? sharedEncoder(id, () => openTeacher(id));
    teachers.set(id, known);
    return known.open();
  };
  return {
    teach: (id, { ids, texts }, { signal } = {}) =>
      untilAborted(signal, async () => {
        const teacher = await teacherOf(id);
        const { vectors, failed } = await teacher.encode(texts, { role: 'document', ids, ...(signal && { signal }) });
        return { vectors, failed };
      }),
    distil: (job, options = {}) =>
      untilAborted(options.signal, async () => {
        const { teacher, steps } = await judgeWith(job, teacherOf);
        const outcome = await runDistilJob(job, { student, teacher, kernels }, options);
        return { ...outcome, steps: [...steps, ...outcome.steps] };
      }),
    close: async () => {
      for (const teacher of teachers.values()) teacher.dispose();
    },
  };
}

/** The teacher for the gate's own questions. Its vectors are there without it, so one that cannot be opened is only said. */
export async function judgeWith(
  { teacher }: DistilJob,
  open: (id: string) => Promise<Encoder>,
): Promise<{ teacher: Encoder | null; steps: string[] }> {
  if (!teacher) return { teacher: null, steps: [] };
  try {
    return { teacher: await open(teacher.id), steps: [] };
  } catch (error) {
    return { teacher: null, steps: [`judged without the teacher’s sentences: ${(error as Error).message}`] };
  }
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAdapter } from '../adapter/load-adapter.ts';
import { writeAdapter } from '../adapter/write-adapter.ts';
import { config } from '../config.ts';
import { distil } from '../distil/distil.ts';
import { distilSteps } from '../distil/distil-steps.ts';
import type { Encoder } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Progress } from './progress.ts';
import type { Sample } from './sample.ts';
import { makeFolder, writeFile } from './write-file.ts';

interface SampleAdapterOptions {
  readonly data: string; // folder
  readonly sample: Sample;
  readonly student: Encoder;
  readonly kernels: Kernels;
  readonly display: Progress;
}

/** The adapter of the sample: the file of an earlier start when it still fits, else distilled now and kept. */
export async function sampleAdapter(options: SampleAdapterOptions) {
  const { data, student, kernels, display } = options;
  const path = join(data, 'sample.onnx');
  const kept = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') display.note(`chelated: ${path} cannot be read (${cause.message})`);
    return null;
  });
  if (kept) {
    try {
      const adapter = await loadAdapter(kept, { encoder: student, kernels });
      return { adapter, path, file: kept as Uint8Array, isNew: false };
    } catch (error) {
      if (!(error instanceof ChelatedError) || !error.code.startsWith('adapter_')) throw error;
      display.note(`chelated: ${path}: ${error.message}; making it again`);
    }
  }
  const bytes = await distilSample(options);
  // Loaded before it is kept: what is on disk has been read back once.
  const adapter = await loadAdapter(bytes, { encoder: student, kernels });
  try {
    await makeFolder(data);
    await writeFile(path, bytes);
  } catch (error) {
    display.note(`chelated: ${(error as Error).message}; going on, the next start distils again`);
  }
  return { adapter, path, file: bytes, isNew: true };
}

async function distilSample({ sample, student, kernels, display }: SampleAdapterOptions): Promise<Uint8Array> {
  const { documents } = sample.dataset;
  const { parts, card } = await distil({
    documents: { ids: documents.map(({ id }) => id), texts: documents.map(({ text }) => text) },
    student,
    teacher: sample.teacher,
    teacherId: config.teacher,
    kernels,
    onProgress: (step, share) => display.show(distilSteps[step], share),
  });
  display.stop();
  return writeAdapter(parts, card);
}

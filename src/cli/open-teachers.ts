import type { DistilMode, FitFigures } from '../adapter/card.ts';
import { config } from '../config.ts';
import type { DistilOptions } from '../distil/distil-options.ts';
import { effectiveMode } from '../distil/targets.ts';
import { type TaughtDocuments, type TeachingInput, taughtBy } from '../distil/taught-documents.ts';
import { type DomainTeacher, teachByDomain } from '../distil/teach-by-domain.ts';
import { teachJointly } from '../distil/teach-jointly.ts';
import type { Encoder } from '../encode/encoder.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import { ChelatedError } from '../errors.ts';
import { readDataset } from '../evaluate/read-dataset.ts';

/** The options of a command that name teachers. */
export interface TeacherOptions {
  readonly teacher?: readonly string[];
  readonly domain?: readonly string[];
  readonly mode?: DistilMode;
  readonly alpha: number;
  readonly fallback?: boolean;
}

/** Who teaches, as `distil` takes it. */
export interface OpenTeachers {
  readonly teaches: Pick<DistilOptions, 'teacher' | 'teacherVectors' | 'teacherId'>;
  readonly mode: DistilMode | undefined;
  /** What was stepped down from, and why. */
  readonly step: readonly string[];
  /** Who of several had how much to say. */
  readonly figures: FitFigures;
}

/**
 * The teachers where the mode has any: one as it is, several as one. With --fallback, teachers that cannot be opened, or of
 * several one that fails, step down to baseline.
 */
export async function openTeachers(
  given: TeacherOptions,
  input: TeachingInput,
  note: (line: string) => void,
): Promise<OpenTeachers> {
  const { teacher: ids, domain = [], mode } = given;
  if (mode !== undefined && effectiveMode(mode, given.alpha) === 'baseline') return none(mode, []);
  if (ids === undefined && mode === undefined) {
    throw new ChelatedError('invalid_input', 'give --teacher ID, or --mode baseline to distil without a teacher');
  }
  const asked = domain.map(splitDomain);
  try {
    const [first, ...others] = await openAll(ids ?? [config.teacher], input);
    if (others.length === 0 && asked.length === 0) return { teaches: { teacher: first! }, mode, step: [], figures: {} };
    const { vectors, id, figures } = await together(input, [first!, ...others], asked);
    return { teaches: { teacherVectors: vectors, teacherId: id }, mode, step: [], figures };
  } catch (error) {
    if (!given.fallback) throw error;
    const line = `${mode ?? 'offline'} → baseline: ${(error as Error).message}`;
    note(`chelated: fallback: ${line}`);
    return none('baseline', [line]);
  }
}

const none = (mode: DistilMode, step: readonly string[]): OpenTeachers => ({ teaches: {}, mode, step, figures: {} });

async function openAll(ids: readonly string[], { kernels }: TeachingInput): Promise<Encoder[]> {
  const opened: Encoder[] = [];
  for (const id of ids) opened.push(await openEncoder(id, { kernels }));
  return opened;
}

async function together(
  input: TeachingInput,
  teachers: readonly Encoder[],
  domains: readonly AskedDomain[],
): Promise<TaughtDocuments> {
  const [only, ...others] = teachers as [Encoder, ...Encoder[]];
  const general =
    others.length > 0
      ? await teachJointly(input, teachers)
      : { vectors: await taughtBy(input, only, input.documents), id: only.id, figures: {} };
  if (domains.length === 0) return general;
  const opened: DomainTeacher[] = [];
  for (const { id, path } of domains) {
    const { documents } = await readDataset(path);
    const [teacher] = await openAll([id], input);
    opened.push({ teacher: teacher!, examples: documents.map(({ text }) => text) });
  }
  return teachByDomain(input, general, opened);
}

interface AskedDomain {
  readonly id: string;
  readonly path: string;
}

/** Encoders may have a = in their name, paths to corpora hardly do: the last one parts them. */
function splitDomain(text: string): AskedDomain {
  const at = text.lastIndexOf('=');
  if (at < 1 || at === text.length - 1) {
    throw new ChelatedError(
      'invalid_input',
      `--domain ${text}: expected ID=PATH, a teacher and the documents it is for`,
    );
  }
  return { id: text.slice(0, at), path: text.slice(at + 1) };
}

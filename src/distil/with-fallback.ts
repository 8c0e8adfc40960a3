import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { DistilOptions, DistilResult } from './distil-options.ts';
import { fillPlan } from './fill-plan.ts';
import { effectiveMode } from './targets.ts';

/**
 * The fallback chain: what was asked for, then baseline, then the vectors unchanged. A teacher that is missing, fails or is
 * refused by the gate steps down; so does a baseline that cannot be fitted or is refused. Each step is in `steps`.
 *
 * An option that makes no sense, and an abort, are thrown: stepping down would hide a mistake.
 */
export async function withFallback(
  options: DistilOptions,
  once: (options: DistilOptions) => Promise<DistilResult>,
): Promise<DistilResult> {
  const steps: string[] = [];
  const attempts = plans(options);
  // Mistakes in the options come out here; only a missing teacher is left to the chain.
  fillPlan(hasTeacher(options) ? options : attempts[1]!.options);
  for (const [i, attempt] of attempts.entries()) {
    try {
      return { ...(await once(attempt.options)), steps };
    } catch (error) {
      const last = i === attempts.length - 1;
      if (last || options.signal?.aborted) throw error;
      steps.push(
        `${attempt.name} → ${attempts[i + 1]!.name}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  throw new ChelatedError('invalid_input', 'no way to distil was left to try');
}

function plans(options: DistilOptions): { name: string; options: DistilOptions }[] {
  const {
    teacher: _,
    teacherVectors: __,
    teacherId: ___,
    space: ____,
    dims: _____,
    learnProjection: ______,
    labelled: _______,
    ...own
  } = options;
  const mode = options.mode ?? (hasTeacher(options) ? 'offline' : config.mode);
  const asked = { name: mode, options };
  const baseline = { name: 'baseline', options: { ...own, mode: 'baseline' as const } };
  const identity = { name: 'identity', options: { ...own, mode: 'baseline' as const, adapter: 'identity' as const } };
  const alone = effectiveMode(mode, options.alpha ?? config.alpha) === 'baseline';
  return alone ? [asked, identity] : [asked, baseline, identity];
}

const hasTeacher = ({ teacher, teacherVectors }: DistilOptions) =>
  teacher !== undefined || teacherVectors !== undefined;

import { sealOf } from '../adapter/seal.ts';
import { config } from '../config.ts';
import { effectiveMode } from '../distil/targets.ts';
import type { CollectionStore, Mode } from '../store/store.ts';
import type { ChelationLog } from './chelation-log.ts';
import type { CycleOutcome, CycleReport, CycleStep } from './cycle-report.ts';
import type { Distiller, DistilOutcome, FitOptions } from './distiller.ts';
import type { CollectionEvent } from './events.ts';
import type { Generation } from './generation.ts';
import type { Generations } from './generations.ts';
import { inTime } from './in-time.ts';
import type { MonitorFigures } from './monitor.ts';
import { readJob } from './read-job.ts';
import { type AskedServing, servingOf } from './serving-of.ts';
import { taughtMatrix, teach } from './teach.ts';

export interface CycleInput {
  readonly cycle: number;
  readonly store: CollectionStore;
  readonly generations: Generations;
  readonly log: ChelationLog;
  readonly distiller: Distiller;
  readonly teacher: string | null;
  readonly serving: AskedServing;
  readonly mode: Exclude<Mode, 'off'>;
  readonly alpha: number;
  readonly fit: Omit<FitOptions, 'mode' | 'alpha'>;
  readonly teacherMs: number;
  readonly fitMs: number;
  readonly signal: AbortSignal;
  readonly onStep: (step: CycleStep, share: number) => void;
  readonly emit: (event: CollectionEvent) => void;
  readonly retaught: (teacher: string, rows: readonly number[]) => Promise<void>;
  /** Figures of a generation beside another, null when one of them is gone already; a drop is rolled back. */
  readonly monitor: (now: Generation, before: Generation) => Promise<MonitorFigures | null>;
}

/**
 * One sedimentation cycle: log → targets by mode → a fit from base vectors → gate → promote or reject → compact the log.
 *
 * The log is read, not used up: a cycle on the same log, documents and seed makes the same adapter, and is `unchanged`.
 */
export async function runCycle(input: CycleInput): Promise<CycleReport> {
  const started = performance.now();
  const { cycle, store, generations, log, signal, onStep } = input;
  const steps: string[] = [];
  const step = (line: string) => {
    steps.push(line);
    input.emit({ type: 'step-down', cycle, step: line });
  };
  await log.flush();
  const taught = await teachDocuments(input, step);
  const { rows, ...documents } = await readJob(store, (share) => onStep('reading', share));
  const teacher = taught.mode === 'baseline' ? null : await taughtMatrix(store, input.teacher!, rows);
  const mode = teacher === null ? 'baseline' : taught.mode;
  const job = {
    ...documents,
    teacher: teacher && { id: input.teacher!, vectors: teacher.vectors },
    fit: { ...input.fit, mode, alpha: input.alpha },
  };
  const late = `the fit did not end within ${input.fitMs} ms`;
  const outcome = await inTime({ ms: input.fitMs, signal, late }, (within) =>
    input.distiller.distil(job, { signal: within, onProgress: onStep }),
  );
  for (const line of outcome.steps) step(line);
  signal.throwIfAborted();
  const end = await decide(input, outcome);
  await store.compactEvents(config.collapse.noiseSets);
  await generations.changeState({ cycles: cycle });
  return {
    cycle,
    mode: input.mode,
    alpha: input.alpha,
    ...end,
    generation: generations.serving.number,
    steps,
    gate: outcome.card.gate,
    documents: rows.length,
    taught: taught.taught,
    untaught: teacher === null ? rows.length : rows.length - teacher.known,
    events: documents.events.length,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The teacher's vectors where the mode has a teacher, and the mode that is left when there are too few. */
async function teachDocuments(input: CycleInput, step: (line: string) => void) {
  const { mode, alpha, store, teacher, onStep } = input;
  if (effectiveMode(mode, alpha) === 'baseline') return { mode: 'baseline' as const, taught: 0 };
  if (teacher === null) {
    step(`${mode} → baseline: no teacher was given`);
    return { mode: 'baseline' as const, taught: 0 };
  }
  const { taught, failure } = await teach({
    store,
    distiller: input.distiller,
    teacher,
    timeoutMs: input.teacherMs,
    signal: input.signal,
    onShare: (share) => onStep('teaching', share),
    onTaught: (rows) => input.retaught(teacher, rows),
  });
  if (failure === null) return { mode, taught };
  const without = (await store.untaught(teacher)).length;
  const all = await store.count();
  // What the teacher said before it failed stands; only when most of the documents lack its word is there nothing to learn from.
  if (2 * without <= all && all - without >= config.gate.minimumDocuments) {
    step(`${without} of ${all} documents without a teacher’s vector are left out: ${failure}`);
    return { mode, taught };
  }
  step(`${mode} → baseline: ${failure}`);
  return { mode: 'baseline' as const, taught };
}

async function decide(
  input: CycleInput,
  { file, card }: DistilOutcome,
): Promise<{ outcome: CycleOutcome; reason: string; monitor: MonitorFigures | null }> {
  const { generations, cycle, onStep } = input;
  const before = generations.promoted;
  if (file === null) {
    return { outcome: 'rejected', reason: 'nothing could be fitted that the gate lets through', monitor: null };
  }
  const asked = effectiveMode(input.mode, input.alpha);
  // A teacher that is away for a while must not cost what was learned from it.
  if (card.mode === 'baseline' && asked !== 'baseline' && before.adapter && before.adapter.card.mode !== 'baseline') {
    const reason = `the cycle stepped down to baseline; generation ${before.number}, learned from the teacher, stays`;
    return { outcome: 'rejected', reason, monitor: null };
  }
  const serving = servingOf(input.serving, card);
  if (before.adapter?.hash === sealOf(file) && before.serving === serving) {
    return { outcome: 'unchanged', reason: 'the adapter that serves is what this cycle makes', monitor: null };
  }
  onStep('projecting', 0);
  const record = {
    adapter: file,
    serving,
    teacher: serving === 'symmetric' ? null : input.teacher,
    createdAt: Date.now(),
    cycle,
  };
  const reason = card.gate?.reason ?? 'not judged';
  const next = await generations.add(record, reason);
  onStep('monitoring', 0);
  const monitor = await input.monitor(next, before);
  // What others have swapped in meanwhile is not this cycle's to roll back.
  if (!monitor?.drop || generations.promoted !== next) return { outcome: 'promoted', reason, monitor };
  await generations.rollback(monitor.drop);
  return { outcome: 'rolled-back', reason: monitor.drop, monitor };
}

import { config } from '../config.ts';
import { checkAlpha } from '../distil/blend-targets.ts';
import { ChelatedError } from '../errors.ts';
import type { Mode } from '../store/store.ts';
import { alphaOf } from './alpha-of.ts';
import type { CollectionParts } from './collection.ts';
import { type CycleInput, runCycle } from './cycle.ts';
import type { CycleReport } from './cycle-report.ts';
import type { Distiller, FitOptions } from './distiller.ts';
import { Job } from './job.ts';
import type { AskedServing } from './serving-of.ts';

export interface SedimentOptions extends Partial<Omit<FitOptions, 'mode' | 'alpha'>> {
  /** Instead of the collection's own, for this cycle. */
  readonly mode?: Exclude<Mode, 'off'>;
  readonly alpha?: number;
  readonly serving?: AskedServing;
}

type CyclesParts = Pick<CollectionParts, 'store' | 'distiller' | 'teacher' | 'emit' | 'settings'> &
  Pick<CycleInput, 'generations' | 'log' | 'retaught' | 'monitor'>;

/** The cycles of a collection, one at a time: begun by hand, by the number of new collapse events, or by a schedule. */
export class Cycles {
  readonly #parts: CyclesParts;
  readonly #jobs: Job[] = [];
  readonly #timer: ReturnType<typeof setInterval> | null = null;
  #closed = false;

  constructor(parts: CyclesParts) {
    this.#parts = parts;
    const { cycleMs } = parts.settings;
    if (cycleMs > 0) {
      this.#timer = setInterval(() => this.#bySchedule(), cycleMs);
      // A schedule alone keeps no process running.
      (this.#timer as { unref?: () => void }).unref?.();
    }
  }

  /** The cycle that is under way. */
  get running(): Job | undefined {
    return this.#jobs.find(({ status }) => status.state === 'running');
  }

  get jobs(): readonly Job[] {
    return this.#jobs;
  }

  job(id: string): Job {
    const job = this.#jobs.find((each) => each.id === id);
    if (!job) throw new ChelatedError('not_found', `no job ${id}; jobs are known until the process ends`);
    return job;
  }

  sediment(options: SedimentOptions = {}): Job {
    const { distiller, generations, log, store } = this.#parts;
    if (distiller === null) {
      throw new ChelatedError('not_supported', 'no distiller was given: this engine serves and does not learn');
    }
    if (this.running) return this.running;
    const { state } = generations;
    const mode = options.mode ?? state.mode;
    if (mode === 'off') {
      const message = 'mode is off: choose what the cycle should learn, baseline, offline or hybrid';
      throw new ChelatedError('invalid_input', message);
    }
    const cycle = state.cycles + 1;
    const alpha = options.alpha ?? alphaOf(state, cycle);
    checkAlpha(alpha);
    log.fresh = 0;
    const id = `${store.identity.name}-${cycle}-${Date.now().toString(36)}`;
    const job = new Job(id, cycle, (own) => this.#run(own, distiller, { ...options, mode, alpha }));
    this.#jobs.push(job);
    if (this.#jobs.length > config.engine.historyEntries) this.#jobs.shift();
    return job;
  }

  /** An event was written: enough of them begin a cycle. */
  onCollapse(): void {
    const { log, settings } = this.#parts;
    if (settings.cycleEvents > 0 && log.fresh >= settings.cycleEvents) this.#bySchedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearInterval(this.#timer);
    for (const job of this.#jobs) job.cancel();
    await Promise.allSettled(this.#jobs.map(({ done }) => done));
  }

  #bySchedule(): void {
    const { distiller, generations } = this.#parts;
    if (!this.#closed && distiller !== null && generations.state.mode !== 'off') this.sediment();
  }

  async #run(
    job: Job,
    distiller: Distiller,
    options: SedimentOptions & { mode: Exclude<Mode, 'off'>; alpha: number },
  ): Promise<CycleReport> {
    const { emit, settings } = this.#parts;
    const { mode, alpha, serving = settings.serving, ...fit } = options;
    const { cycle } = job;
    // After the caller has the job.
    await Promise.resolve();
    emit({ type: 'cycle-started', cycle, mode });
    try {
      const report = await runCycle({
        ...this.#parts,
        cycle,
        distiller,
        serving,
        mode,
        alpha,
        fit: { seed: settings.seed, ...settings.fit, ...fit },
        teacherMs: settings.teacherMs,
        fitMs: settings.fitMs,
        signal: job.signal,
        onStep: (step, share) => {
          job.at(step, share);
          emit({ type: 'cycle-progress', cycle, step, share });
        },
      });
      emit({ type: 'cycle-ended', report });
      return report;
    } catch (error) {
      emit({ type: 'cycle-failed', cycle, reason: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }
}

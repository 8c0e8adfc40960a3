import type { CycleReport, CycleStep } from './cycle-report.ts';

export type JobState = 'running' | 'done' | 'failed' | 'cancelled';

/** Where a job is. */
export interface JobStatus {
  readonly id: string;
  readonly cycle: number;
  readonly state: JobState;
  readonly step: CycleStep;
  readonly share: number; // of the step, 0 … 1
  readonly report: CycleReport | null;
  readonly error: string | null;
}

/** One cycle under way, or over. */
export class Job {
  readonly id: string;
  readonly cycle: number;
  /** Never rejects before somebody looks: a job that nobody waits for is no fault of the process. */
  readonly done: Promise<CycleReport>;
  readonly #abort = new AbortController();
  #status: JobStatus;

  constructor(id: string, cycle: number, work: (job: Job) => Promise<CycleReport>) {
    this.id = id;
    this.cycle = cycle;
    this.#status = { id, cycle, state: 'running', step: 'reading', share: 0, report: null, error: null };
    this.done = work(this).then(
      (report) => {
        this.#status = { ...this.#status, state: 'done', share: 1, report };
        return report;
      },
      (error: unknown) => {
        const state = this.#abort.signal.aborted ? 'cancelled' : 'failed';
        this.#status = { ...this.#status, state, error: error instanceof Error ? error.message : String(error) };
        throw error;
      },
    );
    this.done.catch(() => {});
  }

  get status(): JobStatus {
    return this.#status;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  at(step: CycleStep, share: number): void {
    this.#status = { ...this.#status, step, share };
  }

  /** Ends the work; what serves stays. After the end it does nothing. */
  cancel(): void {
    this.#abort.abort(new Error('the cycle was cancelled'));
  }
}

import type { KernelExports } from '../abi.ts';
import { type LaneKernel, laneKernels } from '../lanes.ts';

// Counters, at these places; they only ever grow (and wrap), so that a late thread cannot take a call twice.
const [NEXT, TOTAL, DONE, READY, TRAPS] = [0, 1, 2, 3, 4] as const;
const COUNTERS = 16;
const PARAMETERS = 12;
/** Kernel, number of parameters, parameters, and what lanes add to each. */
const RECORD = 2 + 2 * PARAMETERS;
const ROOM = 256; // calls; a power of two, so that places go on over the wrap

/** Looks at a counter before sleeping: to be woken takes longer than most waits. */
const LOOKS = 2000;

/** Calls that threads on one memory share out among themselves. */
export class Calls {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  #waited = 0;

  /** A new list, or the same as another thread's. */
  constructor(buffer = new SharedArrayBuffer(4 * (COUNTERS + ROOM * RECORD))) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** Threads that have come so far. */
  get ready(): number {
    return Atomics.load(this.#words, READY);
  }

  /** Calls that trapped so far. */
  get traps(): number {
    return Atomics.load(this.#words, TRAPS);
  }

  /**
   * Whether `wait` must come before one more; only the thread that adds may ask. Calls end in any order, and a thread that took
   * one may not have read it yet: so no place is written again until all are done, however many of them are.
   */
  get full(): boolean {
    return ((Atomics.load(this.#words, TOTAL) - this.#waited) | 0) >= ROOM;
  }

  add(name: LaneKernel, parameters: readonly number[], each: readonly number[]): void {
    const words = this.#words;
    const total = Atomics.load(words, TOTAL);
    const at = placeOf(total);
    words[at] = laneKernels.indexOf(name);
    words[at + 1] = parameters.length;
    words.set(parameters, at + 2);
    words.fill(0, at + 2 + PARAMETERS, at + RECORD);
    words.set(each, at + 2 + PARAMETERS + parameters.length - each.length);
    Atomics.store(words, TOTAL, (total + 1) | 0);
    Atomics.notify(words, TOTAL);
  }

  /** Makes calls until none is left to take. A call that traps counts as made, and as trapped. */
  make(exports: KernelExports, lane: number): void {
    const words = this.#words;
    for (;;) {
      const next = Atomics.load(words, NEXT);
      if (((Atomics.load(words, TOTAL) - next) | 0) <= 0) return;
      if (Atomics.compareExchange(words, NEXT, next, (next + 1) | 0) !== next) continue;
      try {
        const at = placeOf(next);
        const parameters: number[] = [];
        for (let i = 0; i < words[at + 1]!; i++) {
          parameters.push(words[at + 2 + i]! + lane * words[at + 2 + PARAMETERS + i]!);
        }
        exports[laneKernels[words[at]!]!](...parameters);
      } catch {
        Atomics.add(words, TRAPS, 1);
      }
      Atomics.add(words, DONE, 1);
      Atomics.notify(words, DONE);
    }
  }

  /** The life of a thread: makes what calls there are, and sleeps until there are more. */
  serve(exports: KernelExports, lane: number): never {
    Atomics.add(this.#words, READY, 1);
    for (;;) {
      const total = Atomics.load(this.#words, TOTAL);
      this.make(exports, lane);
      this.#change(TOTAL, total, Number.POSITIVE_INFINITY);
    }
  }

  /** Waits until all calls are done; false when none was for `ms`. */
  wait(ms: number): boolean {
    while (this.#undone > 0) {
      const done = Atomics.load(this.#words, DONE);
      if (this.#undone > 0 && !this.#change(DONE, done, ms)) return false;
    }
    this.#waited = Atomics.load(this.#words, TOTAL);
    return true;
  }

  get #undone(): number {
    return (Atomics.load(this.#words, TOTAL) - Atomics.load(this.#words, DONE)) | 0;
  }

  #change(counter: number, from: number, ms: number): boolean {
    for (let look = 0; look < LOOKS; look++) if (Atomics.load(this.#words, counter) !== from) return true;
    return Atomics.wait(this.#words, counter, from, ms) !== 'timed-out';
  }
}

function placeOf(call: number): number {
  return COUNTERS + (call & (ROOM - 1)) * RECORD;
}

import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { KernelExports } from './abi.ts';
import { alone, type Lanes } from './lanes.ts';
import type { Crew } from './threads/crew.ts';

const PAGE = 65_536;
const ALIGN = 16;

interface Region {
  at: number;
  bytes: number;
}

export interface ArenaOptions {
  /** Threads on the same memory, and the multiply–adds of a call from which they are asked to help. */
  readonly crew?: Crew;
  readonly leastWork?: number;
}

/**
 * The one owner of the module's memory: blocks on request, freed by name, free neighbours joined and used again.
 *
 * A view is good until the next `take`, which may grow the memory and so detach every view: fetch views after all blocks are
 * taken, use them at once, keep none. Memory that was freed is used again but never given back to the system.
 */
export class Arena {
  readonly exports: KernelExports;
  readonly #memory: WebAssembly.Memory;
  readonly #alone: Lanes;
  readonly #crew: Crew | undefined;
  readonly #leastWork: number;
  readonly #taken = new Map<number, number>();
  #gaps: Region[]; // ascending, never adjacent
  /** Where scratch lies that is small, one block on the other: most calls need little, and taking a block costs as much as they do. */
  readonly #stack: number;
  #top = 0;

  constructor(exports: KernelExports, { crew, leastWork = 0 }: ArenaOptions = {}) {
    this.exports = exports;
    this.#alone = alone(exports);
    this.#crew = crew;
    this.#leastWork = leastWork;
    this.#memory = exports.memory;
    const base = exports.heap_base() >>> 0;
    this.#gaps = [{ at: base, bytes: this.#memory.buffer.byteLength - base }];
    this.#stack = this.#cut(config.kernels.scratchBytes);
  }

  /** Bytes in blocks that are taken, small scratch not counted. */
  get bytesTaken(): number {
    let sum = 0;
    for (const bytes of this.#taken.values()) sum += bytes;
    return sum;
  }

  /** Bytes of the whole memory. */
  get bytesTotal(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * A block, its contents undefined, aligned to 16 bytes.
   *
   * @throws {ChelatedError} too_large when the memory cannot grow so far
   */
  take(bytes: number): number {
    const size = aligned(bytes);
    const at = this.#cut(size);
    this.#taken.set(at, size);
    return at;
  }

  #cut(size: number): number {
    let index = this.#gaps.findIndex((gap) => gap.bytes >= size);
    if (index < 0) {
      this.#grow(size);
      index = this.#gaps.length - 1;
    }
    const gap = this.#gaps[index]!;
    const at = gap.at;
    if (gap.bytes === size) this.#gaps.splice(index, 1);
    else this.#gaps[index] = { at: at + size, bytes: gap.bytes - size };
    return at;
  }

  free(at: number): void {
    const bytes = this.#taken.get(at);
    if (bytes === undefined) throw new ChelatedError('invalid_input', `kernel memory: no block starts at ${at}`);
    this.#taken.delete(at);
    this.#release({ at, bytes });
  }

  /** Takes blocks of the sizes given, runs, and frees them whatever happens. */
  scratch<T>(sizes: readonly number[], run: (...blocks: number[]) => T): T {
    const top = this.#top;
    const blocks: number[] = [];
    try {
      for (const bytes of sizes) blocks.push(this.#push(bytes) ?? this.take(bytes));
      return run(...blocks);
    } finally {
      this.#top = top;
      for (const at of blocks) if (this.#taken.has(at)) this.free(at);
    }
  }

  /** A block on the stack of scratch, where it has room. */
  #push(bytes: number): number | undefined {
    const size = aligned(bytes);
    if (this.#top + size > config.kernels.scratchBytes) return undefined;
    const at = this.#stack + this.#top;
    this.#top += size;
    return at;
  }

  /**
   * Who makes the calls of a job of so many multiply–adds. Take the memory first, then add calls, and finish before it is freed.
   *
   * @throws {ChelatedError} backend_failed after a thread was lost
   */
  lanes(work: number): Lanes {
    return this.#crew && work >= this.#leastWork && this.#crew.ready ? this.#crew : this.#alone;
  }

  f32(at: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, at, length);
  }

  f64(at: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, at, length);
  }

  u32(at: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, at, length);
  }

  i8(at: number, length: number): Int8Array {
    return new Int8Array(this.#memory.buffer, at, length);
  }

  #grow(size: number): void {
    const end = this.#memory.buffer.byteLength;
    const last = this.#gaps.at(-1);
    const tail = last && last.at + last.bytes === end ? last.bytes : 0;
    const pages = (wanted: number) => Math.ceil(wanted / PAGE);
    const least = size - tail;
    try {
      this.#memory.grow(pages(Math.max(least, config.kernels.growBytes)));
    } catch {
      try {
        this.#memory.grow(pages(least));
      } catch (cause) {
        const message = `kernel memory cannot grow by ${least} bytes beyond ${end}; free resident matrices, or hold int8 rows`;
        throw new ChelatedError('too_large', message, { cause });
      }
    }
    this.#release({ at: end, bytes: this.#memory.buffer.byteLength - end });
  }

  #release(region: Region): void {
    let index = this.#gaps.findIndex((gap) => gap.at > region.at);
    if (index < 0) index = this.#gaps.length;
    const before = this.#gaps[index - 1];
    const after = this.#gaps[index];
    const joinsBefore = before !== undefined && before.at + before.bytes === region.at;
    const joinsAfter = after !== undefined && region.at + region.bytes === after.at;
    const at = joinsBefore ? before.at : region.at;
    const end = joinsAfter ? after.at + after.bytes : region.at + region.bytes;
    const from = joinsBefore ? index - 1 : index;
    this.#gaps.splice(from, (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), { at, bytes: end - at });
  }
}

const aligned = (bytes: number) => Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);

import { breathe } from '../breathe.ts';
import { type CollapseDetector, collapseDetector } from '../collapse/detector.ts';
import { rowSets } from '../collapse/row-sets.ts';
import { spread } from '../collapse/spread.ts';
import { config } from '../config.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import { type Random, random } from '../random.ts';
import type { CollectionStore } from '../store/store.ts';
import type { CollectionEvent } from './events.ts';
import type { Generation } from './generation.ts';
import type { Slots } from './slots.ts';

interface Calibration {
  /** Null until the sampled documents have been looked at. */
  detector: CollapseDetector | null;
  /** Documents there were at that time. */
  readonly documents: number;
}

/**
 * Looks at a share of the searches, and writes down the neighbourhoods that had collapsed. Each generation has its own
 * threshold, taken from its own documents between the requests; until it is known, nothing is written down.
 *
 * Events are kept in memory until there are `config.engine.eventBuffer`: a crash loses those, and no document.
 */
export class ChelationLog {
  readonly #store: CollectionStore;
  readonly #kernels: Kernels;
  readonly #slots: Slots;
  readonly #rate: number;
  readonly #random: Random;
  readonly #emit: (event: CollectionEvent) => void;
  readonly #calibrations = new Map<number, Calibration>();
  #buffer: number[][] = [];
  #writing: Promise<void> = Promise.resolve();
  #failure: Error | null = null;
  sampled = 0;
  collapsed = 0;
  /** Events written since the last cycle took them. */
  fresh = 0;

  constructor(parts: {
    store: CollectionStore;
    kernels: Kernels;
    slots: Slots;
    rate: number;
    seed: number;
    emit: (event: CollectionEvent) => void;
  }) {
    this.#store = parts.store;
    this.#kernels = parts.kernels;
    this.#slots = parts.slots;
    this.#rate = parts.rate;
    this.#random = random(parts.seed);
    this.#emit = parts.emit;
  }

  /** How many neighbours this search should find for the detector; 0 where it does not look. */
  look(generation: Generation): number {
    if (this.#rate === 0 || this.#random.uniform() >= this.#rate) return 0;
    const known = this.#calibrations.get(generation.number);
    const { documents } = this.#slots;
    if (!known || documents > 2 * known.documents || 2 * documents < known.documents) {
      void this.#calibrate(generation);
      return 0;
    }
    return known.detector === null ? 0 : config.collapse.neighbours;
  }

  /** One sampled search: the slots found, best first. In the same moment as the search, so that slots mean the same. */
  observe(generation: Generation, slots: Uint32Array): void {
    const detector = this.#calibrations.get(generation.number)?.detector;
    if (!detector || slots.length < 2) return;
    this.sampled++;
    const found = this.#spread(generation.pick(slots));
    if (!detector.collapsed(found)) return;
    this.collapsed++;
    this.fresh++;
    this.#emit({ type: 'collapse', generation: generation.number, spread: found, threshold: detector.threshold });
    this.#buffer.push(Array.from(slots, (slot) => this.#slots.rowAt(slot)));
    if (this.#buffer.length >= config.engine.eventBuffer) void this.flush().catch(() => {});
  }

  /** Writes what is still in memory. @throws {ChelatedError} storage_failed, also one of an earlier write */
  async flush(): Promise<void> {
    const events = this.#buffer;
    this.#buffer = [];
    if (events.length > 0) {
      this.#writing = this.#writing
        .then(() => this.#store.appendEvents(events))
        .catch((error: Error) => {
          this.#failure = error;
        });
    }
    await this.#writing;
    if (this.#failure) {
      const failure = this.#failure;
      this.#failure = null;
      throw failure;
    }
  }

  async #calibrate(generation: Generation): Promise<void> {
    const { calibrationDocuments, neighbours, percentile } = config.collapse;
    const calibration: Calibration = { detector: null, documents: this.#slots.documents };
    this.#calibrations.set(generation.number, calibration);
    await generation.read(async () => {
      const rows = random(config.seed)
        .shuffle([...this.#slots.rows()])
        .slice(0, calibrationDocuments);
      const spreads: number[] = [];
      for (const row of rows) {
        await breathe();
        const slot = this.#slots.slotOf(row);
        if (slot === undefined) continue; // deleted meanwhile
        const { slots, scores } = generation.search(generation.pick([slot]), neighbours + 1);
        const others = Array.from(slots).filter((each, i) => each !== slot && !Number.isNaN(scores[i]!));
        if (others.length >= 2) spreads.push(this.#spread(generation.pick(others.slice(0, neighbours))));
      }
      calibration.detector = collapseDetector(spreads, percentile);
    });
    // Generations that are gone leave nothing behind.
    for (const number of this.#calibrations.keys()) {
      if (number > 0 && number < generation.number - 2 * config.engine.keep) this.#calibrations.delete(number);
    }
  }

  #spread(vectors: Matrix): number {
    const all = rowSets([Array.from({ length: vectors.rows }, (_, i) => i)], vectors.rows);
    return spread(this.#kernels, vectors, all)[0]!;
  }
}

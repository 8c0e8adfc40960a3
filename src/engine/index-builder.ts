import { config } from '../config.ts';
import { row } from '../matrix.ts';
import { documentPages } from '../store/pages.ts';
import type { DocumentBatch, GenerationRecord } from '../store/store.ts';
import { breathe } from './breathe.ts';
import { Generation } from './generation.ts';
import type { GenerationsParts } from './generations.ts';

/** A generation that is being projected, and the documents that were written meanwhile. */
export interface Building {
  readonly generation: Generation;
  readonly dirty: Set<number>;
}

/** Projects all documents of a collection into the index of a new generation, in slices, while they are written to. */
export class IndexBuilder {
  readonly #parts: Pick<GenerationsParts, 'store' | 'kernels' | 'slots' | 'openAdapter'>;
  readonly #onFreed: (generation: Generation) => void;
  /** Those under way: a write must tell them what it changed. */
  readonly building = new Set<Building>();

  constructor(
    parts: Pick<GenerationsParts, 'store' | 'kernels' | 'slots' | 'openAdapter'>,
    onFreed: (generation: Generation) => void,
  ) {
    this.#parts = parts;
    this.#onFreed = onFreed;
  }

  /** Every document there is when it begins, projected in slices; what is written meanwhile is in `dirty`. */
  async build(record: GenerationRecord): Promise<Building> {
    const { store, kernels, slots, openAdapter } = this.#parts;
    const adapter = await openAdapter(record.adapter);
    let generation: Generation;
    try {
      generation = await Generation.adapted(record, adapter, store.identity.baseFingerprint, kernels, this.#onFreed);
    } catch (error) {
      await adapter.dispose();
      throw error;
    }
    const building = { generation, dirty: new Set<number>() };
    this.building.add(building);
    try {
      generation.reserve(slots.size);
      for await (const batch of documentPages(store, config.engine.sliceDocuments)) {
        await this.#putBatch(building.generation, batch, building.dirty);
        await breathe();
      }
      while (building.dirty.size > config.engine.sliceDocuments) await this.#drainSlice(building);
      return building;
    } catch (error) {
      await this.abandon(building);
      throw error;
    }
  }

  /** What was written meanwhile, until nothing is left: inside of the write mutex, where nothing more comes. */
  async drain(building: Building): Promise<void> {
    try {
      while (building.dirty.size > 0) await this.#drainSlice(building);
    } catch (error) {
      await this.abandon(building);
      throw error;
    }
  }

  async #drainSlice({ generation, dirty }: Building): Promise<void> {
    const rows = [...dirty].slice(0, config.engine.sliceDocuments).sort((a, b) => a - b);
    for (const each of rows) dirty.delete(each);
    await this.putRows(generation, rows, dirty);
  }

  /** Reads these documents and puts them into a generation's index. */
  async putRows(generation: Generation, rows: readonly number[], newer?: ReadonlySet<number>): Promise<void> {
    await this.#putBatch(generation, await this.#parts.store.batch(rows), newer);
  }

  /** Projects a batch and puts it where it belongs, but for what was deleted or written anew meanwhile. */
  async #putBatch(generation: Generation, batch: DocumentBatch, newer?: ReadonlySet<number>): Promise<void> {
    const rows = batch.faces.map((face) => face.row);
    if (rows.length === 0) return;
    const taught = generation.teacher === null ? null : await this.#taught(generation.teacher, rows);
    const vectors = await generation.projectDocuments({ ...batch, rows, taught });
    if (generation.isFreed) return;
    rows.forEach((document, i) => {
      const slot = this.#parts.slots.slotOf(document);
      if (slot !== undefined && !newer?.has(document)) generation.put(slot, row(vectors, i));
    });
  }

  #taught(teacher: string, rows: readonly number[]) {
    const [first, last] = [rows[0]!, rows.at(-1)!];
    return this.#parts.store.teacherVectors(teacher, first - 1, last - first + 1);
  }

  /** It is a generation like any other from now on. */
  finish(building: Building): void {
    this.building.delete(building);
  }

  async abandon(building: Building): Promise<void> {
    this.building.delete(building);
    await building.generation.retire();
  }
}

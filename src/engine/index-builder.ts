import { breathe } from '../breathe.ts';
import { config } from '../config.ts';
import { pickRows } from '../matrix.ts';
import { documentPages } from '../store/pages.ts';
import type { DocumentBatch, GenerationRecord } from '../store/store.ts';
import { tokenBags } from '../token-bags.ts';
import { Generation, type IndexInput } from './generation.ts';
import type { GenerationsParts } from './generations.ts';

/** A generation that is being projected, and the documents that were written meanwhile. */
export interface Building {
  readonly generation: Generation;
  readonly dirty: Set<number>;
}

/** What is projected of some documents; what the teacher said of them is looked up. */
type Documents = Omit<IndexInput, 'taught'>;

/** Projects all documents of a collection into the index of a new generation, in slices, while they are written to. */
export class IndexBuilder {
  readonly #parts: Pick<GenerationsParts, 'store' | 'kernels' | 'slots' | 'openAdapter'>;
  readonly #zero: Generation;
  readonly #onFreed: (generation: Generation) => void;
  /** Those under way: a write must tell them what it changed. */
  readonly building = new Set<Building>();

  constructor(
    parts: Pick<GenerationsParts, 'store' | 'kernels' | 'slots' | 'openAdapter'>,
    zero: Generation,
    onFreed: (generation: Generation) => void,
  ) {
    this.#parts = parts;
    this.#zero = zero;
    this.#onFreed = onFreed;
  }

  /** Every document there is when it begins, projected in slices; what is written meanwhile is in `dirty`. */
  async build(record: GenerationRecord): Promise<Building> {
    const { store, kernels, openAdapter } = this.#parts;
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
      for await (const documents of this.#pages(generation)) {
        await this.#put(generation, documents, building.dirty);
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
    const documents = readsVectorsAlone(generation)
      ? this.#resident(rows)
      : withRows(await this.#parts.store.batch(rows));
    await this.#put(generation, documents, newer);
  }

  /** All documents in slices; those that come meanwhile may be in it or not. */
  async *#pages(generation: Generation): AsyncGenerator<Documents> {
    const { store, slots } = this.#parts;
    const { sliceDocuments } = config.engine;
    if (!readsVectorsAlone(generation)) {
      for await (const batch of documentPages(store, sliceDocuments)) yield withRows(batch);
      return;
    }
    for (let from = 0; from < slots.size; from += sliceDocuments) {
      const some = Array.from({ length: Math.min(sliceDocuments, slots.size - from) }, (_, i) => slots.rowAt(from + i));
      yield this.#resident(some);
    }
  }

  /** The base vectors of documents as generation 0 has them in memory; those that are gone are left out. */
  #resident(some: readonly number[]): Documents {
    const { slots } = this.#parts;
    const rows = some.filter((document) => slots.has(document));
    return { rows, vectors: this.#zero.pick(rows.map((document) => slots.slotOf(document)!)), ...noTokens };
  }

  /** Projects documents and puts them where they belong, but for what was deleted or written anew meanwhile. */
  async #put(generation: Generation, documents: Documents, newer?: ReadonlySet<number>): Promise<void> {
    const { rows } = documents;
    if (rows.length === 0) return;
    const taught = generation.teacher === null ? null : await this.#taught(generation.teacher, rows);
    const vectors = await generation.projectDocuments({ ...documents, taught });
    if (generation.isFreed) return;
    const { slots } = this.#parts;
    const kept = Array.from(rows.keys()).filter((i) => slots.has(rows[i]!) && !newer?.has(rows[i]!));
    const X = kept.length === rows.length ? vectors : pickRows(vectors, kept);
    generation.put(
      kept.map((i) => slots.slotOf(rows[i]!)!),
      X,
    );
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

/** Such a generation is made from what is in memory: nothing is read from the store. */
const readsVectorsAlone = ({ adapter, teacher }: Generation) => adapter?.card.needs === 'vector' && teacher === null;

const noTokens = { tokens: tokenBags([]), untokenized: [] };

function withRows(batch: DocumentBatch): Documents {
  return { ...batch, rows: batch.faces.map((face) => face.row) };
}

/**
 * Where documents lie in the indexes of a collection: one slot each, the same in every generation. A slot that a deleted
 * document leaves is given to the next one, so indexes grow with the documents there are, not with all there ever were.
 */
export class Slots {
  readonly #slotOf = new Map<number, number>();
  readonly #rows: number[] = [];
  readonly #free: number[] = [];

  /** Slots in all, free ones included: how many rows every index has. */
  get size(): number {
    return this.#rows.length;
  }

  get documents(): number {
    return this.#slotOf.size;
  }

  has(row: number): boolean {
    return this.#slotOf.has(row);
  }

  slotOf(row: number): number | undefined {
    return this.#slotOf.get(row);
  }

  /** The document row in a slot, −1 when it is free. */
  rowAt(slot: number): number {
    return this.#rows[slot] ?? -1;
  }

  /** The slot of a row: the one it has, else one for it. */
  take(row: number): number {
    const known = this.#slotOf.get(row);
    if (known !== undefined) return known;
    const slot = this.#free.pop() ?? this.#rows.length;
    this.#rows[slot] = row;
    this.#slotOf.set(row, slot);
    return slot;
  }

  /** Frees the slot of a row, and says which one it was. */
  release(row: number): number | undefined {
    const slot = this.#slotOf.get(row);
    if (slot === undefined) return undefined;
    this.#slotOf.delete(row);
    this.#rows[slot] = -1;
    this.#free.push(slot);
    return slot;
  }

  /** Rows of all documents, in no particular order. */
  rows(): Iterable<number> {
    return this.#slotOf.keys();
  }
}

/**
 * Token counts of n texts as compressed sparse rows: text i has the distinct tokens
 * `ids[offsets[i] … offsets[i + 1]]`, ascending, each `counts[…]` times, or as much as a context gate lets that count. An
 * empty text has no tokens.
 */
export interface TokenBags {
  readonly rows: number;
  readonly offsets: Uint32Array; // n + 1
  readonly ids: Uint32Array; // distinct token ids of each text
  readonly counts: Float32Array; // term frequency, whole or weighed, > 0
}

/** Bags of the token id lists given (one list a text, in reading order). */
export function tokenBags(lists: readonly ArrayLike<number>[]): TokenBags {
  const offsets = new Uint32Array(lists.length + 1);
  const sorted = lists.map((list) => Uint32Array.from(list).sort());
  let total = 0;
  sorted.forEach((list, i) => {
    for (let j = 0; j < list.length; j++) if (j === 0 || list[j] !== list[j - 1]) total++;
    offsets[i + 1] = total;
  });
  const ids = new Uint32Array(total);
  const counts = new Float32Array(total);
  let at = -1;
  for (const list of sorted) {
    for (let j = 0; j < list.length; j++) {
      if (j === 0 || list[j] !== list[j - 1]) ids[++at] = list[j]!;
      counts[at]! += 1;
    }
  }
  return { rows: lists.length, offsets, ids, counts };
}

/** The bags of the texts named by `indices`, copied, in that order. */
export function pickBags(bags: TokenBags, indices: ArrayLike<number>): TokenBags {
  const offsets = new Uint32Array(indices.length + 1);
  for (let i = 0; i < indices.length; i++) {
    offsets[i + 1] = offsets[i]! + bags.offsets[indices[i]! + 1]! - bags.offsets[indices[i]!]!;
  }
  const ids = new Uint32Array(offsets[indices.length]!);
  const counts = new Float32Array(ids.length);
  for (let i = 0; i < indices.length; i++) {
    const [from, to] = [bags.offsets[indices[i]!]!, bags.offsets[indices[i]! + 1]!];
    ids.set(bags.ids.subarray(from, to), offsets[i]);
    counts.set(bags.counts.subarray(from, to), offsets[i]);
  }
  return { rows: indices.length, offsets, ids, counts };
}

/** The bags without the tokens whose id is not below `limit`, copied. */
export function bagsBelow(bags: TokenBags, limit: number): TokenBags {
  const offsets = new Uint32Array(bags.rows + 1);
  const ids = new Uint32Array(bags.ids.length);
  const counts = new Float32Array(bags.ids.length);
  let at = 0;
  for (let i = 0; i < bags.rows; i++) {
    for (let e = bags.offsets[i]!; e < bags.offsets[i + 1]! && bags.ids[e]! < limit; e++) {
      ids[at] = bags.ids[e]!;
      counts[at++] = bags.counts[e]!;
    }
    offsets[i + 1] = at;
  }
  return { rows: bags.rows, offsets, ids: ids.subarray(0, at), counts: counts.subarray(0, at) };
}

/** The bags of both, b's after a's, copied. */
export function appendBags(a: TokenBags, b: TokenBags): TokenBags {
  const offsets = new Uint32Array(a.rows + b.rows + 1);
  offsets.set(a.offsets);
  for (let i = 1; i <= b.rows; i++) offsets[a.rows + i] = a.ids.length + b.offsets[i]!;
  const ids = new Uint32Array(a.ids.length + b.ids.length);
  ids.set(a.ids);
  ids.set(b.ids, a.ids.length);
  const counts = new Float32Array(ids.length);
  counts.set(a.counts);
  counts.set(b.counts, a.ids.length);
  return { rows: a.rows + b.rows, offsets, ids, counts };
}

/** Bags of texts that were counted one by one; null is a text without any. */
export function tokenBagsOf(
  bags: readonly ({ readonly ids: Uint32Array; readonly counts: Float32Array } | null)[],
): TokenBags {
  const offsets = new Uint32Array(bags.length + 1);
  bags.forEach((bag, i) => {
    offsets[i + 1] = offsets[i]! + (bag?.ids.length ?? 0);
  });
  const ids = new Uint32Array(offsets[bags.length]!);
  const counts = new Float32Array(ids.length);
  bags.forEach((bag, i) => {
    if (!bag) return;
    ids.set(bag.ids, offsets[i]);
    counts.set(bag.counts, offsets[i]);
  });
  return { rows: bags.length, offsets, ids, counts };
}

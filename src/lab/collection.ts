import type { Encoder } from '../encode/encoder.ts';
import type { Dataset } from '../evaluate/dataset.ts';
import { readDataset } from '../evaluate/read-dataset.ts';
import type { TextRecord } from '../evaluate/text-record.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { random } from '../random.ts';
import { pickBags, type TokenBags } from '../token-bags.ts';
import type { Combination } from './experiment.ts';
import { openLabEncoder } from './lab-encoder.ts';

/** Documents and queries as one encoder sees them: row i is the text at position i of its file. */
export interface Sides {
  readonly documents: Matrix;
  readonly queries: Matrix;
}

/** A judged collection with everything that experiments read of it. */
export interface Collection extends Combination {
  readonly kernels: Kernels;
  readonly name: string;
  readonly data: Dataset;
  readonly texts: readonly string[];
  readonly ids: readonly string[];
  readonly encoder: Encoder;
  readonly base: Sides & { readonly bags: TokenBags; readonly queryBags: TokenBags };
  readonly taught: Sides;
}

let newest: { key: string; collection: Promise<Collection> } | undefined;

/** Opens a collection; the newest is kept, since the cells that follow mostly want it again. */
export function openCollection(kernels: Kernels, combination: Combination): Promise<Collection> {
  const key = JSON.stringify([combination.dataset, combination.student, combination.teacher]);
  if (newest?.key !== key) newest = { key, collection: open(kernels, combination) };
  return newest.collection.then((collection) => ({ ...collection, seed: combination.seed }));
}

/** The same collection as if it had these documents alone, to fit on; its judgements are of all of them. */
export function someDocuments(collection: Collection, rows: readonly number[]): Collection {
  const { texts, ids, base, taught } = collection;
  const { documents, bags } = base;
  return {
    ...collection,
    texts: rows.map((i) => texts[i]!),
    ids: rows.map((i) => ids[i]!),
    base: { ...base, documents: pickRows(documents, rows), bags: pickBags(bags, rows) },
    taught: { ...taught, documents: pickRows(taught.documents, rows) },
  };
}

/** Positions of `count` documents (all where it is left out) that the collection's seed draws, in their order. */
export function drawDocuments({ seed, texts }: Collection, count?: number): number[] {
  return random(seed)
    .shuffle(Array.from(texts.keys()))
    .slice(0, count)
    .sort((a, b) => a - b);
}

async function open(kernels: Kernels, combination: Combination): Promise<Collection> {
  const { dataset, student, teacher } = combination;
  const data = await readDataset(dataset);
  const encoder = await openLabEncoder(student, dataset, kernels);
  const taught = await openLabEncoder(teacher, dataset, kernels);
  const texts = data.documents.map(({ text }) => text);
  const bags = encoder.tokenize(texts);
  const queryBags = encoder.tokenize(data.queries.map(({ text }) => text));
  try {
    return {
      ...combination,
      kernels,
      name: data.name,
      data,
      texts,
      ids: data.documents.map(({ id }) => id),
      encoder,
      base: { ...(await sidesOf(encoder, data)), bags, queryBags },
      taught: await sidesOf(taught, data),
    };
  } finally {
    taught.dispose();
  }
}

/** A dataset's documents and queries as an encoder sees them. */
export async function sidesOf(encoder: Encoder, { documents, queries }: Dataset): Promise<Sides> {
  const vectors = async (records: readonly TextRecord[], role: 'document' | 'query') => {
    const texts = records.map(({ text }) => text);
    const ids = records.map(({ id }) => id);
    return (await encoder.encode(texts, { role, ids, positions: ids.map((_, i) => i) })).vectors;
  };
  return { documents: await vectors(documents, 'document'), queries: await vectors(queries, 'query') };
}

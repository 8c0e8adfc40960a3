import { config } from '../config.ts';
import { readSafetensors, type SafeTensor, writeSafetensors } from '../encode/safetensors.ts';
import { ChelatedError } from '../errors.ts';
import { matrix } from '../matrix.ts';
import { documentBatch, documentsOf, type StoredDocument, stackRows } from './document-batch.ts';
import { MemoryCollection } from './memory-collection.ts';
import { MemoryStore } from './memory-store.ts';
import { documentPages, taughtPages } from './pages.ts';
import { openSnapshotSeal, sealSnapshot, unsealed } from './snapshot-seal.ts';
import type {
  CollectionIdentity,
  CollectionState,
  CollectionStore,
  DocumentBatch,
  GenerationRecord,
  TeacherVectors,
} from './store.ts';

const format = 'chelated snapshot';
/** What is written, and the newest that is read. */
const version = 1;

export interface SnapshotOptions {
  readonly onProgress?: (done: number, total: number) => void;
}

/** What the header says beside the numbers. */
interface Card {
  readonly identity: CollectionIdentity;
  readonly state: CollectionState;
  /** Of the serving generation, null for generation 0. */
  readonly generation: Omit<GenerationRecord, 'adapter'> | null;
  /** Whether words are indexed where it is loaded, as they are here. The index itself is made there, when it is asked for. */
  readonly words?: boolean;
}

/**
 * All that serving a collection takes, as one .safetensors file, for places without a disk: documents, base vectors, tokens,
 * the adapter that serves and, where the teacher's vectors are searched, those. History, collapse events
 * and the other generations stay behind.
 *
 * Nothing may be written meanwhile: take it of a store of this process between two writes, or of a view.
 *
 * @example
 * import { MemoryStore } from 'chelated/store';
 * const store = new MemoryStore();
 * const identity = { name: 'docs', student: 'static', baseFingerprint: 'f', dims: 2 };
 * const collection = await store.open(identity, { mode: 'off', alpha: 0.5, serving: 0, lastGeneration: 0, cycles: 0 });
 * await (await readSnapshot(await writeSnapshot(collection))).names(); // => ['docs']
 */
export async function writeSnapshot(collection: CollectionStore, options: SnapshotOptions = {}): Promise<Uint8Array> {
  const { identity } = collection;
  const state = await collection.state();
  const serving = (await collection.generations()).find(({ number }) => number === state.serving);
  const { adapter = null, ...generation } = serving ?? {};
  const words = await collection.hasWords();
  const card: Card = { identity, state, generation: serving ? (generation as Card['generation']) : null, words };
  const documents = await allDocuments(collection, options);
  const teacher = serving && serving.serving !== 'symmetric' ? serving.teacher : null;
  const tensors = {
    ...documentTensors(documentBatch(identity.dims, documents)),
    ...(adapter && { adapter: tensor(adapter) }),
    ...(teacher !== null && taughtTensors(await allTaught(collection, teacher))),
    // Last, so that it stands at the end of the file.
    sha256: tensor(unsealed),
  };
  return sealSnapshot(writeSafetensors(tensors, { format, version: `${version}`, card: JSON.stringify(card) }));
}

/**
 * The snapshot as a store in memory, with the row numbers that it had.
 *
 * @throws {ChelatedError} storage_failed: truncated, altered, or of a newer chelated
 */
export async function readSnapshot(bytes: Uint8Array): Promise<MemoryStore> {
  await openSnapshotSeal(bytes);
  const { tensors, metadata } = readSafetensors(bytes, 'snapshot');
  if (metadata.format !== format || Number(metadata.version) > version) {
    const got = `${metadata.format} of version ${metadata.version}`;
    const advice = 'write it again, or install the newer chelated';
    throw new ChelatedError('storage_failed', `expected a ${format} of version ${version}, got ${got}; ${advice}`);
  }
  const { identity, state, generation, words = false }: Card = JSON.parse(metadata.card!);
  const take = <T>(name: string) => tensors.get(name)?.data as T | undefined;
  const collection = new MemoryCollection(identity, state);
  collection.load(readDocuments(identity.dims, take));
  if (words) await collection.indexWords();
  const adapter = take<Uint8Array>('adapter');
  await collection.commit({ state, ...(generation && adapter && { add: { ...generation, adapter } }) });
  const [rows, vectors] = [take<Uint32Array>('taught_rows'), take<Float32Array>('taught_vectors')];
  if (generation?.teacher && rows && vectors) {
    const taught = matrix(rows.length, tensors.get('taught_vectors')!.shape[1]!, vectors);
    await collection.putTeacherVectors(generation.teacher, { rows, vectors: taught });
  }
  return MemoryStore.of(collection);
}

async function allDocuments(collection: CollectionStore, { onProgress }: SnapshotOptions): Promise<StoredDocument[]> {
  const total = await collection.count();
  const documents: StoredDocument[] = [];
  for await (const page of documentPages(collection, config.store.scanDocuments)) {
    documents.push(...documentsOf(page));
    onProgress?.(documents.length, total);
  }
  return documents;
}

async function allTaught(collection: CollectionStore, teacher: string): Promise<TeacherVectors> {
  const rows: number[] = [];
  const vectors: Float32Array[] = [];
  for await (const page of taughtPages(collection, teacher, config.store.scanDocuments)) {
    const { dims, data } = page.vectors;
    page.rows.forEach((row, i) => {
      rows.push(row);
      vectors.push(data.subarray(i * dims, (i + 1) * dims));
    });
  }
  return { rows: Uint32Array.from(rows), vectors: stackRows(vectors[0]?.length ?? 0, vectors) };
}

function documentTensors({ faces, vectors, tokens, untokenized }: DocumentBatch): Record<string, SafeTensor> {
  const texts = faces.map(({ id, text, metadata }) => [id, text, metadata]);
  return {
    rows: tensor(Uint32Array.from(faces, ({ row }) => row)),
    documents: tensor(new TextEncoder().encode(JSON.stringify(texts))),
    embeddings: { dtype: 'F32', shape: [vectors.rows, vectors.dims], data: vectors.data },
    token_offsets: tensor(tokens.offsets),
    token_ids: tensor(tokens.ids),
    token_counts: tensor(tokens.counts),
    untokenized: tensor(Uint32Array.from(untokenized)),
  };
}

function readDocuments(dims: number, take: <T>(name: string) => T | undefined): StoredDocument[] {
  const rows = take<Uint32Array>('rows')!;
  const texts = JSON.parse(new TextDecoder().decode(take<Uint8Array>('documents')!));
  return documentsOf({
    faces: Array.from(rows, (row, i) => ({ row, id: texts[i][0], text: texts[i][1], metadata: texts[i][2] })),
    vectors: matrix(rows.length, dims, take<Float32Array>('embeddings')!),
    tokens: {
      rows: rows.length,
      offsets: take<Uint32Array>('token_offsets')!,
      ids: take<Uint32Array>('token_ids')!,
      counts: take<Float32Array>('token_counts')!,
    },
    untokenized: Array.from(take<Uint32Array>('untokenized')!),
  });
}

function taughtTensors({ rows, vectors }: TeacherVectors): Record<string, SafeTensor> {
  return {
    taught_rows: tensor(rows),
    taught_vectors: { dtype: 'F32', shape: [vectors.rows, vectors.dims], data: vectors.data },
  };
}

function tensor(data: Float32Array | Uint32Array | Uint8Array): SafeTensor {
  const dtype = data instanceof Float32Array ? 'F32' : data instanceof Uint32Array ? 'U32' : 'U8';
  return { dtype, shape: [data.length], data };
}

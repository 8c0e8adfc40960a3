import { matrix } from '../../../src/matrix.ts';
import type {
  CollectionIdentity,
  CollectionState,
  CollectionStore,
  NewDocument,
  Store,
  TeacherVectors,
} from '../../../src/store/store.ts';

/** An implementation under test. */
export interface Subject {
  readonly name: string;
  /** A new, empty store. */
  open(): Promise<Store>;
  /** The same store as a process that starts later finds it. */
  reopen(store: Store): Promise<Store>;
}

/** One law, as a plain function, so that every runtime can run it. */
export interface StoreCase {
  readonly title: string;
  run(subject: Subject): Promise<void>;
}

export const identity: CollectionIdentity = { name: 'main', student: 'static', baseFingerprint: 'f1', dims: 2 };
export const initial: CollectionState = { mode: 'baseline', alpha: 0.5, serving: 0, lastGeneration: 0, cycles: 0 };

/** A case on one empty collection. */
export function onCollection(title: string, law: (collection: CollectionStore) => Promise<void>): StoreCase {
  return {
    title,
    async run(subject) {
      const store = await subject.open();
      try {
        await law(await store.open(identity, initial));
      } finally {
        await store.close();
      }
    },
  };
}

/** A case on an empty store. */
export function onStore(title: string, law: (store: Store, subject: Subject) => Promise<void>): StoreCase {
  return {
    title,
    async run(subject) {
      const store = await subject.open();
      try {
        await law(store, subject);
      } finally {
        await store.close();
      }
    },
  };
}

export function document(id: string, fields: Partial<NewDocument> = {}): NewDocument {
  return { id, text: `text of ${id}`, metadata: null, vector: Float32Array.of(1, 0), tokens: null, ...fields };
}

/** Upserts of the ids, one call; answers their rows. */
export async function put(collection: CollectionStore, ...ids: string[]): Promise<number[]> {
  const { rows } = await collection.write({ upserts: ids.map((id) => document(id)), deletes: [] });
  return [...rows];
}

/** Vectors of one number for each row. */
export function taught(entries: readonly (readonly [row: number, x: number])[]): TeacherVectors {
  return {
    rows: Uint32Array.from(entries, ([row]) => row),
    vectors: matrix(
      entries.length,
      1,
      Float32Array.from(entries, ([, x]) => x),
    ),
  };
}

/** What a teacher said, as pairs. */
export async function said(collection: CollectionStore, teacher: string): Promise<[row: number, x: number][]> {
  const { rows, vectors } = await collection.teacherVectors(teacher, 0, 1000);
  return Array.from(rows, (row, i) => [row, vectors.data[i]!]);
}

export const lists = (events: readonly Uint32Array[]) => events.map((event) => [...event]);

export const codeIs = (code: string) => (error: unknown) => (error as { code?: unknown }).code === code;

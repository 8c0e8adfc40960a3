import type { Encoder } from '../../src/encode/encoder.ts';
import { Engine, type EngineOptions } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { inProcessDistiller } from '../../src/engine/in-process-distiller.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { type Matrix, pickRows } from '../../src/matrix.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { normals, type Toy, toy } from '../distil/toy.ts';

export const toyTeacher = 'toy-teacher';

/** Whatever a teacher does with the texts of a batch. */
export type Teaching = (ids: readonly string[], signal: AbortSignal | undefined) => Promise<Matrix>;

/** The toy's teacher: it knows its documents by their ids. */
export function knowing({ ids, T }: Toy): Teaching {
  const place = new Map(ids.map((id, i) => [id, i]));
  return async (asked) =>
    pickRows(
      T,
      asked.map((id) => place.get(id)!),
    );
}

/** Random vectors: a teacher that knows nothing. */
export function guessing(kernels: Kernels, dims: number): Teaching {
  return async (asked) => kernels.normalize(normals(asked.length, dims, asked.length + asked[0]!.length));
}

export function teacherOf(student: Encoder, dims: number, teaching: Teaching, calls: string[][] = []): Encoder {
  return {
    id: toyTeacher,
    dims,
    baseFingerprint: toyTeacher,
    tokenizer: student.tokenizer,
    maxTokens: student.maxTokens,
    precomputed: true,
    encode: async (texts, { ids = texts, signal }) => {
      calls.push([...ids]);
      return { vectors: await teaching(ids, signal), failed: [] };
    },
    tokenize: (texts) => student.tokenize(texts),
    dispose: () => {},
  };
}

/** A store that outlives the engines that close it: what a restart finds. */
export function lasting(store: Store = new MemoryStore()): Store {
  return {
    kind: store.kind,
    open: (identity, initial) => store.open(identity, initial),
    find: (name) => store.find(name),
    names: () => store.names(),
    drop: (name) => store.drop(name),
    close: async () => {},
  };
}

interface ToyOptions extends Partial<EngineOptions> {
  readonly documents?: number;
  readonly teaching?: (toy: Toy) => Teaching;
}

/** An engine that learns in this thread from the toy's teacher; its documents are in the default collection. */
export async function toyEngine(
  kernels: Kernels,
  { documents = 300, teaching = knowing, ...options }: ToyOptions = {},
) {
  const made = await toy(kernels, documents);
  const { student, ids, texts, T } = made;
  const events: EngineEvent[] = [];
  const calls: string[][] = [];
  const engine = await Engine.open({
    encoder: student,
    kernels,
    teacher: toyTeacher,
    distiller: inProcessDistiller({
      student,
      kernels,
      openTeacher: async () => teacherOf(student, T.dims, teaching(made), calls),
    }),
    onEvent: (event) => events.push(event),
    ...options,
  });
  const collection = engine.collection();
  if (collection.info().documents === 0) await collection.upsert(ids.map((id, i) => ({ id, text: texts[i]! })));
  return { engine, collection, events, calls, toy: made };
}

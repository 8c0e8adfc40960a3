import { breathe } from '../breathe.ts';
import { config } from '../config.ts';
import { pickEvents } from '../distil/corpus.ts';
import { matrix } from '../matrix.ts';
import { documentPages } from '../store/pages.ts';
import type { CollectionStore, DocumentBatch } from '../store/store.ts';
import type { DistilJob } from './distiller.ts';

/** All documents of a collection and its collapse events as positions among them, and the row of each document. */
export async function readJob(
  store: CollectionStore,
  onShare: (share: number) => void,
): Promise<Omit<DistilJob, 'teacher' | 'fit'> & { rows: number[] }> {
  const total = await store.count();
  const batches: DocumentBatch[] = [];
  let read = 0;
  for await (const batch of documentPages(store, config.engine.sliceDocuments)) {
    batches.push(batch);
    read += batch.faces.length;
    onShare(Math.min(1, read / Math.max(1, total)));
    await breathe();
  }
  const rows = batches.flatMap(({ faces }) => faces.map((face) => face.row));
  const events = pickEvents(await store.events(), rows);
  let first = 0;
  const untokenized = batches.flatMap((batch) => {
    const from = first;
    first += batch.faces.length;
    return batch.untokenized.map((i) => from + i);
  });
  return {
    rows,
    ids: batches.flatMap(({ faces }) => faces.map(({ id }) => id)),
    texts: batches.flatMap(({ faces }) => faces.map(({ text }) => text)),
    vectors: joinVectors(batches, store.identity.dims, rows.length),
    tokens: joinTokens(batches, rows.length),
    untokenized,
    events,
  };
}

function joinVectors(batches: readonly DocumentBatch[], dims: number, rows: number) {
  const joined = matrix(rows, dims);
  let at = 0;
  for (const { vectors } of batches) {
    joined.data.set(vectors.data, at);
    at += vectors.data.length;
  }
  return joined;
}

function joinTokens(batches: readonly DocumentBatch[], rows: number) {
  const entries = batches.reduce((sum, { tokens }) => sum + tokens.ids.length, 0);
  const joined = {
    rows,
    offsets: new Uint32Array(rows + 1),
    ids: new Uint32Array(entries),
    counts: new Float32Array(entries),
  };
  let [at, document] = [0, 0];
  for (const { tokens } of batches) {
    joined.ids.set(tokens.ids, at);
    joined.counts.set(tokens.counts, at);
    for (let i = 1; i <= tokens.rows; i++) joined.offsets[++document] = at + tokens.offsets[i]!;
    at += tokens.ids.length;
  }
  return joined;
}

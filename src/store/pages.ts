import type { CollectionStore, DocumentBatch, TeacherVectors } from './store.ts';

/** All documents of a collection, at most `size` at a time, ascending by row; those that come meanwhile are in it too. */
export async function* documentPages(store: CollectionStore, size: number): AsyncGenerator<DocumentBatch> {
  for (let after = 0; ; ) {
    const page = await store.scan(after, size);
    if (page.faces.length === 0) return;
    after = page.faces.at(-1)!.row;
    yield page;
  }
}

/** The same of all that a teacher said. */
export async function* taughtPages(
  store: CollectionStore,
  teacher: string,
  size: number,
): AsyncGenerator<TeacherVectors> {
  for (let after = 0; ; ) {
    const page = await store.teacherVectors(teacher, after, size);
    if (page.rows.length === 0) return;
    after = page.rows.at(-1)!;
    yield page;
  }
}

import { checkTeacherVectors } from '../check-documents.ts';
import { stackRows } from '../document-batch.ts';
import type { TeacherVectors } from '../store.ts';
import { toBytes, toFloats } from './blobs.ts';
import type { Database } from './database.ts';
import { damaged } from './storage-failure.ts';

/** What teachers said of the documents of one collection. Calls are synchronous; the caller makes the transaction. */
export class SqliteTeachers {
  readonly #database: Database;
  readonly #collection: number;

  constructor(database: Database, collection: number) {
    this.#database = database;
    this.#collection = collection;
  }

  put(teacher: string, given: TeacherVectors): void {
    const name = this.#database.statement(
      'INSERT INTO teacher (collection, name) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    name.run(this.#collection, teacher);
    const number = this.#number(teacher)!;
    const width = 'SELECT length(vector) / 4 AS width FROM teacher_vector WHERE teacher = ? LIMIT 1';
    checkTeacherVectors(teacher, given, (this.#database.statement(width).get(number)?.width as number) ?? null);
    // From the documents, so that rows that are gone add nothing.
    const insert = this.#database.statement(`
      INSERT INTO teacher_vector (teacher, document, vector) SELECT ?, row, ? FROM document WHERE collection = ? AND row = ?
      ON CONFLICT (teacher, document) DO UPDATE SET vector = excluded.vector`);
    const { rows, vectors } = given;
    rows.forEach((row, i) => {
      const vector = vectors.data.subarray(i * vectors.dims, (i + 1) * vectors.dims);
      insert.run(number, toBytes(vector), this.#collection, row);
    });
  }

  scan(teacher: string, after: number, limit: number): TeacherVectors {
    const sql =
      'SELECT document, vector FROM teacher_vector WHERE teacher = ? AND document > ? ORDER BY document LIMIT ?';
    const found = this.#database.statement(sql).all(this.#number(teacher), after, limit);
    const vectors = found.map(({ vector }) => toFloats(vector as Uint8Array));
    const dims = vectors[0]?.length ?? 0;
    const broken = vectors.findIndex((vector) => vector?.length !== dims);
    if (broken >= 0) {
      const what = `the vector of teacher ${teacher} for row ${found[broken]!.document} has another length`;
      throw damaged(this.#database.path, what);
    }
    return {
      rows: Uint32Array.from(found, ({ document }) => document as number),
      vectors: stackRows(dims, vectors as Float32Array[]),
    };
  }

  untaught(teacher: string): Uint32Array {
    const taught = 'SELECT 1 FROM teacher_vector WHERE teacher = ? AND document = row';
    const sql = `SELECT row FROM document WHERE collection = ? AND NOT EXISTS (${taught}) ORDER BY row`;
    const found = this.#database.statement(sql).all(this.#collection, this.#number(teacher));
    return Uint32Array.from(found, ({ row }) => row as number);
  }

  #number(teacher: string): number | null {
    const sql = 'SELECT number FROM teacher WHERE collection = ? AND name = ?';
    return (this.#database.statement(sql).get(this.#collection, teacher)?.number as number) ?? null;
  }
}

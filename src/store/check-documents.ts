import { ChelatedError } from '../errors.ts';
import { assertFinite, matrix } from '../matrix.ts';
import type { CollectionIdentity, NewDocument, TeacherVectors } from './store.ts';

/**
 * Refuses documents that a store could not give back as they were: checked before anything is written.
 *
 * @throws {ChelatedError} shape_mismatch, not_finite, invalid_input
 */
export function checkDocuments(identity: CollectionIdentity, documents: readonly NewDocument[]): void {
  for (const { id, text, metadata, vector, tokens } of documents) {
    const what = `document ${JSON.stringify(id)}`;
    if (vector.length !== identity.dims) {
      const expected = `${what}: the student ${identity.student} has d=${identity.dims}`;
      throw new ChelatedError('shape_mismatch', `${expected}, got a vector of d=${vector.length}`);
    }
    assertFinite(matrix(1, identity.dims, vector), what);
    if (tokens && tokens.ids.length !== tokens.counts.length) {
      const got = `got ${tokens.ids.length} token ids and ${tokens.counts.length} counts`;
      throw new ChelatedError('shape_mismatch', `${what}: every token id needs its count, ${got}`);
    }
    if (!wellFormed(id) || !wellFormed(text ?? '')) {
      throw new ChelatedError('invalid_input', `${what}: has half of a character (a lone surrogate); cut it elsewhere`);
    }
    if (
      Object.values(metadata ?? {})
        .flat()
        .some((value) => typeof value === 'number' && !Number.isFinite(value))
    ) {
      throw new ChelatedError('not_finite', `${what}: its metadata has a number that is NaN or Infinity; leave it out`);
    }
  }
}

/**
 * Refuses vectors that cannot be this teacher's: `width` is that of the ones kept, null where there are none.
 *
 * @throws {ChelatedError} shape_mismatch, not_finite
 */
export function checkTeacherVectors(teacher: string, { rows, vectors }: TeacherVectors, width: number | null): void {
  if (rows.length !== vectors.rows) {
    const got = `got ${rows.length} rows and ${vectors.rows} vectors`;
    throw new ChelatedError('shape_mismatch', `teacher ${teacher}: every document row needs its vector, ${got}`);
  }
  if (width !== null && rows.length > 0 && vectors.dims !== width) {
    const expected = `teacher ${teacher}: its vectors kept here have d=${width}, got d=${vectors.dims}`;
    throw new ChelatedError('shape_mismatch', `${expected}; give another model another name`);
  }
  assertFinite(vectors, `teacher ${teacher}`);
}

// String.prototype.isWellFormed is not in every runtime that this one must load in.
const wellFormed = (text: string) => !/\p{Surrogate}/u.test(text);

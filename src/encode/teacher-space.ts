import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import { embeddingRows } from './embedding-rows.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** Where the vectors of a student lie in its teacher's space: x·basis is near teacher's vector − centre, up to length. */
export interface TeacherSpace {
  /** What the teacher is called, and its base fingerprint. */
  readonly teacher: string;
  readonly teacherFingerprint: string;
  readonly basis: Matrix; // (d, e), orthonormal rows
  readonly centre: Float32Array; // (e)
}

/** The file of a student folder that holds the numbers: f16. */
export function writeBasis({ basis, centre }: Pick<TeacherSpace, 'basis' | 'centre'>): Uint8Array {
  return writeSafetensors({
    embeddings: { dtype: 'F16', shape: [basis.rows, basis.dims], data: basis.data },
    centre: { dtype: 'F16', shape: [centre.length], data: centre },
  });
}

/** @throws {ChelatedError} invalid_input, shape_mismatch when it is no such file, or of another width than the student */
export function readBasis(bytes: Uint8Array, dims: number, name: string): Pick<TeacherSpace, 'basis' | 'centre'> {
  const file = readSafetensors(bytes, name);
  const basis = embeddingRows(file, name);
  const centre = file.tensors.get('centre')?.data;
  if ('scales' in basis || !(centre instanceof Float32Array) || basis.rows !== dims || centre.length !== basis.dims) {
    const got = `[${basis.rows}, ${basis.dims}] with ${centre ? `a centre of ${centre.length}` : 'no centre'}`;
    throw new ChelatedError('shape_mismatch', `${name}: expected [${dims}, e] as F16 or F32 with a centre, got ${got}`);
  }
  return { basis: matrix(basis.rows, basis.dims, basis.data), centre };
}

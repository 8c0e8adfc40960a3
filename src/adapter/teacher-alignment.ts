import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { assertFinite, type Matrix } from '../matrix.ts';
import { heldMap } from './held-map.ts';
import type { TeacherMap } from './parts.ts';
import { unitRows } from './unit-rows.ts';

export interface TeacherAlignment {
  align(T: Matrix): Matrix;
  free(): void;
}

/** normalise((t − mean)·map), and a zero row (a teacher vector that failed) stays zero. */
export function teacherAlignment(teacher: TeacherMap | null, kernels: Kernels): TeacherAlignment {
  if (!teacher) {
    return {
      align: () => {
        throw new ChelatedError('invalid_input', 'this adapter was made without a teacher; there is nothing to align');
      },
      free: () => {},
    };
  }
  const { mean, map } = teacher;
  const linear = heldMap(map, kernels);
  return {
    align: (T) => {
      if (T.dims !== mean.length) {
        throw new ChelatedError(
          'shape_mismatch',
          `adapter expects teacher vectors with d=${mean.length}, got d=${T.dims}; use the teacher it was fitted with`,
        );
      }
      assertFinite(T, 'teacher vectors');
      const centred = { ...T, data: T.data.map((value, e) => value - mean[e % T.dims]!) };
      return unitRows(linear.apply(centred), { vectors: T, features: null }, kernels);
    },
    free: () => linear.free(),
  };
}

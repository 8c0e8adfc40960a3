import { describe, expect, test } from 'bun:test';
import { preflight } from '../../src/distil/preflight.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { normals } from './toy.ts';

const kernels = await loadKernels();
const T = normals(200, 10, 1);

describe('preflight', () => {
  test('says what will be done and what it keeps', () => {
    const of = (studentDims: number, space: 'teacher' | 'student', dims?: number) => {
      const { action, from, to, kept } = preflight(kernels, { T, studentDims, space, ...(dims ? { dims } : {}) });
      return [action, from, to, kept < 1];
    };
    expect(of(6, 'student')).toEqual(['reduce', 10, 6, true]);
    expect(of(10, 'student')).toEqual(['rotate', 10, 10, false]);
    expect(of(12, 'student')).toEqual(['pad', 10, 12, false]);
    expect(of(6, 'teacher')).toEqual(['centre', 10, 10, false]);
    expect(of(6, 'teacher', 4)).toEqual(['cut', 10, 4, true]);
  });

  test('names the share of the variance', () => {
    expect(preflight(kernels, { T, studentDims: 6, space: 'student' }).text).toMatch(/keeps \d+\.\d %/);
  });

  test('refuses widths that differ without an alignment', () => {
    const input = { T, studentDims: 6, space: 'teacher', unaligned: true } as const;
    expect(() => preflight(kernels, input)).toThrow(expect.objectContaining({ code: 'unaligned' }));
    expect(preflight(kernels, { ...input, studentDims: 10 }).action).toBe('nothing');
  });
});

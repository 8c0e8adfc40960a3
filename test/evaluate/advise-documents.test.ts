import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { adviseDocuments } from '../../src/evaluate/advise-documents.ts';

describe('adviseDocuments', () => {
  test('asks for the mean only where passages find more by z > 4; for corrected documents where nothing was measured', () => {
    expect(adviseDocuments(null)).toBe('corrected');
    fc.assert(
      fc.property(fc.integer({ min: -90, max: 90 }), (tenths) => {
        const z = tenths / 10;
        const advice = adviseDocuments({ queries: 200, student: 0.3, candidate: 0.3 + z / 100, z });
        expect(advice).toBe(z > 4 ? 'mixed' : 'corrected');
      }),
    );
    expect(adviseDocuments({ queries: 0, student: 0, candidate: 0, z: Number.NaN })).toBe('corrected');
  });
});

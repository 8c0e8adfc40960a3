import { describe, expect, test } from 'bun:test';
import { config } from '../../src/config.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { wrappedEncoder } from '../../src/encode/wrapped-encoder.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { tokenBags } from '../../src/token-bags.ts';

const kernels = await loadKernels();

describe('wrappedEncoder', () => {
  test('is the encoder in every member, but for those that are given', async () => {
    const student = await openEncoder(config.student, { kernels });
    const same = wrappedEncoder(student, {});
    for (const name of ['id', 'dims', 'baseFingerprint', 'tokenizer', 'maxTokens', 'table', 'teacherSpace'] as const) {
      expect(student[name], name).toBeDefined();
      expect(same[name], name).toBe(student[name] as never);
    }
    expect('precomputed' in same).toBe(false);
    const asked = { role: 'query' } as const;
    expect(await same.encode(['a river'], asked)).toEqual(await student.encode(['a river'], asked));
    expect(same.tokenize(['a river'])).toEqual(student.tokenize(['a river']));
    const bags = tokenBags([[2000, 2001]]);
    expect(same.encodeTokens!(bags)).toEqual(student.encodeTokens!(bags));
    let disposed = 0;
    const own = wrappedEncoder(student, { id: 'own', precomputed: true, dispose: () => disposed++ });
    own.dispose();
    expect([own.id, own.precomputed, disposed]).toEqual(['own', true, 1]);
    student.dispose();
  });
});

import { describe, expect, test } from 'bun:test';
import { servingOf } from '../../src/engine/serving-of.ts';
import { servings } from '../../src/store/store.ts';

describe('servingOf', () => {
  test('is what was asked for, or what the card advises; corrected documents where no teacher taught', () => {
    for (const documentSide of ['mixed', 'corrected', null]) {
      const fit = { documentSide };
      for (const mode of ['offline', 'hybrid'] as const) {
        for (const asked of servings) expect(servingOf(asked, { mode, fit })).toBe(asked);
        expect(servingOf('advised', { mode, fit })).toBe(documentSide === 'mixed' ? 'mixed' : 'symmetric');
      }
      for (const asked of [...servings, 'advised'] as const) {
        expect(servingOf(asked, { mode: 'baseline', fit })).toBe('symmetric');
      }
    }
  });
});

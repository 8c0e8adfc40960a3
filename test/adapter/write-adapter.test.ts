import { describe, expect, test } from 'bun:test';
import { adapterKinds } from '../../src/adapter/card.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { ChelatedError, type ErrorCode } from '../../src/errors.ts';
import { matrix } from '../../src/matrix.ts';
import { sample } from './samples.ts';

async function refusal(action: Promise<unknown>): Promise<ErrorCode | undefined> {
  const error = await action.then(
    () => undefined,
    (e: unknown) => e,
  );
  return error instanceof ChelatedError ? error.code : undefined;
}

describe('writeAdapter', () => {
  test('gives the same bytes for the same parts and card, whatever the order of the card', async () => {
    for (const kind of adapterKinds) {
      const { parts, card } = sample(kind, 1);
      const turned = Object.fromEntries(Object.entries(card).reverse()) as unknown as typeof card;
      expect(await writeAdapter(parts, turned)).toEqual(await writeAdapter(parts, card));
    }
  });

  test('a lexical file is its int8 rows, its map and eight bytes a token, and less than 6 kB more', async () => {
    const [dIn, dOut, vocabulary] = [16, 64, 500];
    const { parts, card } = sample('lexical', 2, { dIn, dOut, vocabulary, teacher: 'mean' });
    const rows = parts.tokens!.rows.rows;
    const numbers = rows * (dOut + 4) + 4 * dIn * dOut + 8 * vocabulary + 4 * dOut;
    const { length } = await writeAdapter(parts, card);
    expect(length).toBeGreaterThan(numbers);
    expect(length).toBeLessThan(numbers + 6_000);
  });

  test('refuses parts that are not what the card says', async () => {
    const { parts, card } = sample('affine', 3);
    const { map } = parts;
    const bad = matrix(
      card.dIn,
      card.dOut,
      map!.data.map((v, i) => (i === 5 ? Number.NaN : v)),
    );
    expect(await refusal(writeAdapter({ ...parts, map: null }, card))).toBe('shape_mismatch');
    expect(await refusal(writeAdapter({ ...parts, map: matrix(2, 2) }, card))).toBe('shape_mismatch');
    expect(await refusal(writeAdapter({ ...parts, map: bad }, card))).toBe('shape_mismatch');
    expect(await refusal(writeAdapter({ ...parts, bias: new Float32Array(3) }, card))).toBe('shape_mismatch');
    expect(await refusal(writeAdapter(sample('lexical', 3).parts, card))).toBe('shape_mismatch');
    expect(await refusal(writeAdapter(parts, { ...card, needs: 'tokens' }))).toBe('shape_mismatch');
    expect(await refusal(writeAdapter(parts, { ...card, formatVersion: 2 }))).toBe('adapter_version');
    for (const kind of ['mlp', 'lowrank'] as const) {
      const { parts, card } = sample(kind, 3);
      const hidden = parts.hidden!;
      const wrong = [
        null,
        { ...hidden, out: matrix(2, card.dOut) },
        { ...hidden, bias: hidden.bias ? null : new Float32Array(5) },
      ];
      for (const part of wrong)
        expect(await refusal(writeAdapter({ ...parts, hidden: part }, card))).toBe('shape_mismatch');
    }
    const lexical = sample('lexical', 4);
    const tokens = lexical.parts.tokens!;
    const beyond = { ...tokens, rowOf: tokens.rowOf.with(0, tokens.rows.rows) };
    expect(await refusal(writeAdapter({ ...lexical.parts, tokens: beyond }, lexical.card))).toBe('shape_mismatch');
  });
});

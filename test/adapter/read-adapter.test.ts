import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { adapterGraph } from '../../src/adapter/adapter-graph.ts';
import { adapterKinds } from '../../src/adapter/card.ts';
import { cardText } from '../../src/adapter/card-text.ts';
import { readAdapter } from '../../src/adapter/read-adapter.ts';
import { hashKey, seal, unsealed } from '../../src/adapter/seal.ts';
import { metadataKeys } from '../../src/adapter/tensor-names.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { ChelatedError } from '../../src/errors.ts';
import { type Sample, sample } from './samples.ts';

const anySample = fc
  .record({
    kind: fc.constantFrom(...adapterKinds),
    seed: fc.nat(),
    options: fc.record({
      bias: fc.boolean(),
      map: fc.boolean(),
      known: fc.constantFrom(0, 0.6, 1),
      teacher: fc.constantFrom('map' as const, 'mean' as const, 'none' as const),
    }),
  })
  .map(({ kind, seed, options }) =>
    sample(kind, seed, { ...options, map: options.map || kind === 'affine' || kind === 'orthogonal' }),
  );

async function codeOf(bytes: Uint8Array): Promise<string> {
  return readAdapter(bytes).then(
    () => 'accepted',
    (error) => (error instanceof ChelatedError ? error.code : `not a ChelatedError: ${error}`),
  );
}

/** A file with a right hash and what is given instead of the card. */
function sealed({ parts, card }: Sample, text: string): Promise<Uint8Array> {
  const metadata = [
    [metadataKeys.card, text],
    [metadataKeys.termFrequency, 'count'],
    [hashKey, unsealed],
  ] as const;
  return seal(adapterGraph(parts, card).bytes({ irVersion: 8, opset: 17, producer: 'a test', metadata }));
}

describe('readAdapter', () => {
  test('gives back what writeAdapter was given, for every kind', async () => {
    await fc.assert(
      fc.asyncProperty(anySample, async ({ parts, card }) => {
        const read = await readAdapter(await writeAdapter(parts, card));
        expect(read.parts).toEqual(parts);
        expect(read.card).toEqual(card);
      }),
      { numRuns: 40 },
    );
  });

  test('the hash is what sha256sum says of the file without its last 64 bytes, which are the hash', async () => {
    const { parts, card } = sample('lexical', 1);
    const file = await writeAdapter(parts, card);
    const { hash } = await readAdapter(file);
    expect(hash).toBe(new Bun.CryptoHasher('sha256').update(file.subarray(0, -64)).digest('hex'));
    expect(hash).toBe(new TextDecoder().decode(file.subarray(-64)));
  });

  test('refuses a file with any byte changed as adapter_corrupt', async () => {
    await fc.assert(
      fc.asyncProperty(anySample, fc.nat(), fc.integer({ min: 1, max: 255 }), async ({ parts, card }, at, change) => {
        const file = await writeAdapter(parts, card);
        file[at % file.length]! ^= change;
        expect(await codeOf(file)).toBe('adapter_corrupt');
      }),
      { numRuns: 150 },
    );
  });

  test('refuses a change at every one of the last 200 bytes and of the first 200', async () => {
    const { parts, card } = sample('affine', 2);
    const file = await writeAdapter(parts, card);
    for (let i = 0; i < 400; i++) {
      const at = i < 200 ? i : file.length - 1 - (i - 200);
      const changed = file.slice();
      changed[at]! ^= 0x20;
      expect(await codeOf(changed)).toBe('adapter_corrupt');
    }
  });

  test('refuses a file that is cut off at any length, or goes on after its end', async () => {
    const { parts, card } = sample('residual', 3, { dOut: 4, vocabulary: 6 });
    const file = await writeAdapter(parts, card);
    for (let length = 0; length < file.length; length++) {
      expect(await codeOf(file.subarray(0, length))).toBe('adapter_corrupt');
    }
    expect(await codeOf(Uint8Array.from([...file, 0]))).toBe('adapter_corrupt');
  });

  test('says of a file that was cut off, and of one that was altered, which of the two it is', async () => {
    const { parts, card } = sample('affine', 6);
    const file = await writeAdapter(parts, card);
    await expect(readAdapter(file.subarray(0, -1))).rejects.toThrow('truncated');
    await expect(readAdapter(file.with(500, file[500]! ^ 1))).rejects.toThrow('altered');
  });

  test('refuses bytes that are anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(await codeOf(bytes)).toBe('adapter_corrupt');
        expect(await codeOf(await seal(Uint8Array.from([...bytes, ...new Uint8Array(64)])))).toBe('adapter_corrupt');
      }),
    );
  });

  test('gives a right hash to an altered body no more than an answer: read, or refused by an adapter code', async () => {
    await fc.assert(
      fc.asyncProperty(anySample, fc.nat(), fc.integer({ min: 1, max: 255 }), async ({ parts, card }, at, change) => {
        const file = await writeAdapter(parts, card);
        file[at % (file.length - 200)]! ^= change;
        expect(['accepted', 'adapter_corrupt', 'adapter_version']).toContain(await codeOf(await seal(file)));
      }),
      { numRuns: 300 },
    );
  });

  test('refuses a newer format as adapter_version, also when its card has changed otherwise', async () => {
    const one = sample('lexical', 4);
    expect(await codeOf(await sealed(one, cardText({ ...one.card, formatVersion: 2 })))).toBe('adapter_version');
    expect(await codeOf(await sealed(one, JSON.stringify({ formatVersion: 1e6 })))).toBe('adapter_version');
  });

  test('refuses a card that is not one, or not of these numbers, under a right hash', async () => {
    const one = sample('lexical', 5);
    const { card } = one;
    expect(await codeOf(await sealed(one, cardText({ ...card })))).toBe('accepted');
    const wrong: unknown[] = [
      null,
      [],
      'card',
      {},
      { ...card, formatVersion: 0 },
      { ...card, formatVersion: '1' },
      { ...card, kind: 'mlp' },
      { ...card, kind: 'affine', needs: 'vector' },
      { ...card, needs: 'both' },
      { ...card, dIn: card.dIn + 1 },
      { ...card, dOut: -1 },
      { ...card, baseFingerprint: 7 },
    ];
    for (const value of wrong) expect(await codeOf(await sealed(one, JSON.stringify(value)))).toBe('adapter_corrupt');
    expect(await codeOf(await sealed(one, '{'))).toBe('adapter_corrupt');
  });
});

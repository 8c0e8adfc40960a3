import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { adapterKinds } from '../../src/adapter/card.ts';
import { staticStudent } from '../../src/encode/static-student.ts';
import { hostAdapter } from '../../src/host/host-adapter.ts';
import { readHostFile } from '../../src/host/host-file.ts';
import { hostStudent } from '../../src/host/host-student.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { transpose } from '../../src/matrix.ts';
import { sample } from '../adapter/samples.ts';
import { codeOf } from '../encode/code-of.ts';
import { gatedTinyStudent, tinyStudent, tinyTokenizer, tinyWeights } from '../encode/tiny-student.ts';

const kernels = await loadKernels();
const hash = 'a'.repeat(64);

describe('hostAdapter', () => {
  for (const kind of adapterKinds) {
    test(`${kind}: every number that corrects a vector comes back`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, bias) => {
          const { parts, card } = sample(kind, seed, { bias });
          const { header, sections } = await readHostFile(await hostAdapter({ parts, card, hash }));
          const { dIn, dOut, outputSpace, baseFingerprint } = card;
          expect(header).toMatchObject({ what: 'adapter', kind, dIn, dOut, outputSpace, baseFingerprint });
          expect(header.termFrequency).toBe(parts.tokens?.termFrequency ?? null);
          const got = (name: string) => sections.get(name)?.data ?? null;
          expect(got('map')).toEqual(parts.map && transpose(parts.map).data);
          expect(got('bias')).toEqual(parts.bias);
          expect(got('token_rows')).toEqual(parts.tokens?.rows.data ?? null);
          expect(got('token_scales')).toEqual(parts.tokens?.rows.scales ?? null);
          expect(got('row_of')).toEqual(parts.tokens?.rowOf ?? null);
          expect(got('token_weights')).toEqual(parts.tokens?.weights ?? null);
          const hidden = parts.hidden ?? null;
          expect(got('into')).toEqual(hidden && transpose(hidden.into).data);
          expect(got('into_bias')).toEqual(hidden?.bias ?? null);
          expect(got('out')).toEqual(hidden && transpose(hidden.out).data);
        }),
        { numRuns: 20 },
      );
    });
  }
});

describe('hostStudent', () => {
  test('holds the table, the vocabulary and the fingerprint of the student', async () => {
    const files = await tinyStudent();
    const student = await staticStudent(files, kernels);
    const { header, sections } = await readHostFile(await hostStudent(files, kernels));
    const { baseFingerprint, dims, table } = student;
    expect(header).toMatchObject({ what: 'student', baseFingerprint, fingerprint: baseFingerprint, dOut: dims });
    expect(sections.get('rows')?.data).toEqual(table!.rows.data);
    expect(sections.get('weights')?.data).toEqual(tinyWeights);
    const [texts, offsets] = [sections.get('texts')!.data, sections.get('offsets')!.data];
    const words = Array.from({ length: offsets.length - 1 }, (_, i) =>
      new TextDecoder().decode(texts.slice(offsets[i], offsets[i + 1]) as Uint8Array),
    );
    expect(words).toEqual(Object.keys(JSON.parse(tinyTokenizer).model.vocab));
  });

  test('of a student with a context gate it holds both maps too, a row an output, and is of a content of its own', async () => {
    const files = await gatedTinyStudent();
    const { header, sections } = await readHostFile(await hostStudent(files, kernels));
    const { baseFingerprint, gate } = await staticStudent(files, kernels);
    expect(header).toMatchObject({ what: 'gated student', baseFingerprint, fingerprint: baseFingerprint });
    expect(sections.get('gate_context')).toEqual(transpose(gate!.context));
    expect(sections.get('gate_tokens')).toEqual(gate!.tokens);
    const plain = await readHostFile(await hostStudent(await tinyStudent(), kernels));
    expect([...plain.sections.keys(), 'gate_context', 'gate_tokens']).toEqual([...sections.keys()]);
  });

  test('refuses a student whose tokenizer is another', async () => {
    const files = await tinyStudent();
    const tokenizer = tinyTokenizer.replace('"lowercase":true', '"lowercase":"yes"');
    expect(await codeOf(() => hostStudent({ ...files, tokenizer }, kernels))).toBe('invalid_input');
  });
});

describe('readHostFile', async () => {
  const { parts, card } = sample('lexical', 1);
  const file = await hostAdapter({ parts, card, hash });

  test('refuses a file that is cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), async (length) => {
        expect(await codeOf(() => readHostFile(file.subarray(0, length)))).toBe('adapter_corrupt');
      }),
    );
  });

  test('refuses a file in which any byte differs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const altered = file.slice();
        altered[at]! ^= change;
        const wanted = at >= 8 && at < 12 ? 'adapter_version' : 'adapter_corrupt';
        expect(await codeOf(() => readHostFile(altered))).toBe(wanted);
      }),
    );
  });
});

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { distil } from '../../src/distil/distil.ts';
import type { DistilOptions } from '../../src/distil/distil-options.ts';
import { pickPseudoQueries, pseudoQueries, pseudoQueryKinds } from '../../src/distil/pseudo-queries.ts';
import { splitDocuments } from '../../src/distil/split-documents.ts';
import { staticEncoder } from '../../src/encode/static-encoder.ts';
import { wrappedEncoder } from '../../src/encode/wrapped-encoder.ts';
import { ChelatedError } from '../../src/errors.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { row } from '../../src/matrix.ts';
import { pickBags } from '../../src/token-bags.ts';
import { normals, toy, toyTokenizer, vocabulary } from './toy.ts';

const kernels = await loadKernels();
const { student, ids, texts } = await toy(kernels, 200);
const table = { rows: normals(vocabulary, 24, 2), weights: new Float32Array(vocabulary).fill(1) };
const teacher = await staticEncoder({ id: 'teacher', revision: '1', tokenizer: toyTokenizer, table }, kernels);
const input = { kernels, student, teacher, seed: 0 };
const base = { documents: { ids, texts }, student, teacher, kernels } satisfies DistilOptions;

const words = (text: string) => text.split(' ').length;

describe('pseudoQueries', () => {
  test('takes one part of each document, short and its own, with what both encoders make of it', async () => {
    for (const kind of pseudoQueryKinds) {
      const asked: string[] = [];
      const watched = wrappedEncoder(teacher, {
        encode: (given, options) => {
          asked.push(...given);
          return teacher.encode(given, options);
        },
      });
      const taken = await pseudoQueries(kind, { texts }, { ...input, teacher: watched });
      expect([...taken.source]).toEqual(texts.map((_, i) => i));
      asked.forEach((part, i) => {
        expect(kind === 'titles' ? texts[i]!.startsWith(part) : texts[i]!.includes(part)).toBe(true);
        expect(words(part)).toBeLessThan(words(texts[i]!));
      });
      expect(taken.X).toEqual((await student.encode(asked, { role: 'query' })).vectors);
      expect(taken.bags).toEqual(student.tokenize(asked));
      expect(taken.T).toEqual(kernels.normalize((await teacher.encode(asked, { role: 'query' })).vectors));
    }
  });

  test('leaves out documents that are too short, and parts that an encoder has no vector for', async () => {
    const given = texts.slice(0, 4).with(1, 'w1 w2.').with(2, `no token at all here. ${texts[2]}`);
    const { source, X } = await pseudoQueries('titles', { texts: given }, input);
    expect([...source]).toEqual([0, 3]);
    expect(X.rows).toBe(2);
  });

  test('draws the same sentences for the same seed, and others for another', async () => {
    const drawn = async (seed: number) => (await pseudoQueries('sentences', { texts }, { ...input, seed })).X.data;
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(2)).not.toEqual(await drawn(1));
  });
});

describe('pickPseudoQueries', () => {
  test('keeps those of the documents named, in their new places', async () => {
    const all = await pseudoQueries('titles', { texts }, input);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(texts.length - 1)), (documents) => {
        const picked = pickPseudoQueries(all, documents);
        expect(picked.source.length).toBe(documents.length);
        picked.source.forEach((to, i) => {
          const from = documents[to]!;
          expect(row(picked.X, i)).toEqual(row(all.X, from));
          expect(row(picked.T, i)).toEqual(row(all.T, from));
          expect(pickBags(picked.bags, [i])).toEqual(pickBags(all.bags, [from]));
        });
      }),
    );
  });
});

describe('distil with pseudo-queries', () => {
  test('fits on them beside the documents, and says how many', async () => {
    for (const adapter of ['lexical', 'affine'] as const) {
      const [plain, more] = [
        await distil({ ...base, adapter, force: true }),
        await distil({ ...base, adapter, force: true, pseudoQueries: 'sentences' }),
      ];
      expect(more.card.fit.pseudoQueries).toBe(200);
      expect(more.card.documents).toBe(200);
      expect(plain.card.fit.pseudoQueries).toBeUndefined();
      expect(more.parts.teacher).toEqual(plain.parts.teacher);
      expect(more.parts.map ?? more.parts.tokens).not.toEqual(plain.parts.map ?? plain.parts.tokens);
    }
  });

  test('judges a fit that has not seen the parts of held-out documents', async () => {
    const held = new Set(Array.from(splitDocuments(texts.length, 0).heldOut, (i) => texts[i]!));
    const ofHeldOut = (part: string) => [...held].some((text) => text !== part && text.includes(part));
    const lying = wrappedEncoder(teacher, {
      encode: (given, options) => {
        const lie = options.role === 'query' ? given.map((part) => (ofHeldOut(part) ? 'w1 w2 w3' : part)) : given;
        return teacher.encode(lie, options);
      },
    });
    const judged = async (encoder: typeof teacher) => {
      const { card } = await distil({ ...base, teacher: encoder, force: true, pseudoQueries: 'titles' });
      return [card.gate?.agreement, card.gate?.inverseCloze];
    };
    expect(await judged(lying)).toEqual(await judged(teacher));
  });

  test('refuses them where nothing can encode them, or the mode has no use for them', async () => {
    const stored = wrappedEncoder(teacher, { precomputed: true });
    const { teacher: _, ...alone } = base;
    const T = (await teacher.encode(texts, { role: 'document' })).vectors;
    const wrong: DistilOptions[] = [
      { ...base, teacher: stored },
      { ...base, student: wrappedEncoder(student, { precomputed: true }) },
      { ...alone, teacherVectors: T },
      { ...base, mode: 'hybrid' },
      { ...base, adapter: 'mlp', space: 'student', learnProjection: true },
      { ...base, pseudoQueries: 'summaries' as 'titles' },
    ];
    for (const options of wrong) {
      const error = await distil({ pseudoQueries: 'titles', ...options }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ChelatedError);
      expect((error as ChelatedError).code).toBe('invalid_input');
    }
  });
});

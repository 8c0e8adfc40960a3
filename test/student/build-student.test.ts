import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libraryTokenizer } from '../../src/encode/library-tokenizer.ts';
import { findModel } from '../../src/encode/onnx/find-model.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { readSafetensors } from '../../src/encode/safetensors.ts';
import { staticStudent } from '../../src/encode/static-student.ts';
import { readStudentCard } from '../../src/encode/student-card.ts';
import { readStudentFolder, shippedStudent } from '../../src/encode/student-folder.ts';
import { studentNotice } from '../../src/encode/student-notice.ts';
import { model2vecFiles } from '../../src/host/model2vec-files.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import {
  type BuildStep,
  type BuildStudentOptions,
  type BuiltStudent,
  buildStudent,
} from '../../src/student/build-student.ts';
import { tokenVectors } from '../../src/student/token-vectors.ts';
import { codeOf } from '../encode/code-of.ts';
import { words } from '../encode/onnx/toy-model.ts';
import { byteLevelBpe, unigram } from '../encode/onnx/toy-tokenizers.ts';
import { faultyServer, vectorOf } from '../encode/openai/faulty-server.ts';
import { wordTexts, writeToyTeacher } from './write-toy-teacher.ts';

let folder: string;
let kernels: Kernels;
const file = (name: string) => join(folder, name);

/** Words that the vocabularies have, words that fall to pieces, and what is no word of theirs. */
const texts = wordTexts(600, [...words, 'tree', 'redder', 'größe', '日本', '🙂']);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chelated-build-'));
  kernels = await loadKernels();
  await writeFile(file('texts.txt'), texts.join('\n'));
});
afterAll(() => rm(folder, { recursive: true }));

for (const [name, json] of [
  ['Unigram', unigram],
  ['byte-level BPE', byteLevelBpe],
] as const) {
  describe(`buildStudent of a teacher with a ${name} tokenizer`, () => {
    let teacher: string;
    let table: number[][];
    let built: BuiltStudent;
    beforeAll(async () => {
      teacher = file(name);
      table = await writeToyTeacher(teacher, json);
      built = await buildStudent({
        ...{ kernels, teacher, files: [file('texts.txt')], general: 'none', dims: 6, id: 'own' },
      });
    });

    test('starts from what the model makes of every token between its own special tokens', async () => {
      const vectors = await tokenVectors(await findModel(teacher), kernels);
      expect([vectors.rows, vectors.dims]).toEqual([table.length, 8]);
      table.forEach((own, t) => {
        for (const [c, x] of row(vectors, t).entries()) {
          expect(x).toBeCloseTo((table[0]![c]! + own[c]! + table[2]![c]!) / 3, 5);
        }
      });
    });

    test('cuts a text into the tokens that the teacher sees', async () => {
      const [student, opened] = [await staticStudent(built.files, kernels), await openEncoder(teacher, { kernels })];
      expect(student.tokenizer.vocabularySize).toBe(table.length);
      for (const text of [...texts, ' Red\tred ', 'red green']) {
        expect(student.tokenizer.encode(text, 512)).toEqual(opened.tokenizer.encode(text, 512));
      }
      expect(student.tokenizer.encode('red green', 512).length).toBe(2);
      expect(student.tokenizer.encode('redder', 512).length).toBeGreaterThan(1);
    });

    test('comes nearer to the teacher than the table it started from', () => {
      const { raw, fitted } = built.made!.heldOut;
      expect(fitted).toBeGreaterThan(raw + 0.05);
    });

    test('is the same, byte for byte, when the cache answers for the teacher, its single tokens too', async () => {
      const known: Partial<Record<BuildStep, number>> = {};
      const cached = () =>
        buildStudent({
          ...{ kernels, teacher, files: [file('texts.txt')], general: 'none', dims: 6, id: 'own' },
          cache: file(`cache ${name}`),
          onProgress: (step, _, had) => {
            if (had !== undefined) known[step] = had;
          },
        });
      expect((await cached()).files).toEqual(built.files);
      expect(known).toMatchObject({ tokens: 0, texts: 0 });
      expect((await cached()).files).toEqual(built.files);
      expect(known).toEqual({ tokens: 1, texts: 1, paragraphs: 1, 'held-out paragraphs': 1 });
    });

    test('is the same in model2vec’s layout, whose tokenizer cuts alike', async () => {
      const student = await staticStudent(built.files, kernels);
      const layout = await model2vecFiles(built.files, null, kernels);
      const { data, shape } = readSafetensors(layout.get('model.safetensors') as Uint8Array).tensors.get('embeddings')!;
      const tokenizer = await libraryTokenizer(layout.get('tokenizer.json') as string);
      expect(shape).toEqual([table.length, 6]);
      const some = texts.slice(0, 50);
      const sums = matrix(some.length, 6);
      some.forEach((text, i) => {
        for (const id of tokenizer.encode(text, 512)) for (let j = 0; j < 6; j++) row(sums, i)[j]! += data[id * 6 + j]!;
      });
      const { vectors } = await student.encode(some, { role: 'document' });
      const sum = kernels.normalize(sums);
      some.forEach((_, i) => {
        expect(kernels.dot(row(sum, i), row(vectors, i))).toBeGreaterThan(0.9999);
      });
    });
  });
}

describe('buildStudent of a teacher behind an embedding service', () => {
  const dims = 8;
  let server: ReturnType<typeof faultyServer>;
  beforeAll(async () => {
    server = faultyServer(dims);
    // It knows words: a text is the sum of what they mean.
    server.always.fault = (asked) => {
      const data = asked.map((text, index) => {
        const embedding = new Array<number>(dims).fill(1);
        for (const word of text.split(/\W+/)) for (let j = 0; j < dims; j++) embedding[j]! += vectorOf(word, dims)[j]!;
        return { object: 'embedding', index, embedding };
      });
      return Response.json({ object: 'list', data });
    };
    // More words than a linear map of the table could place.
    const { model } = JSON.parse((await readStudentFolder(shippedStudent())).tokenizer);
    const known = Object.keys(model.vocab).filter((word) => /^[a-z]{4,}$/.test(word));
    await writeFile(file('general.txt'), wordTexts(3000, known.slice(0, 600)).join('\n'));
  });
  afterAll(() => server.stop());
  const build = (over: Partial<BuildStudentOptions> = {}) =>
    buildStudent({
      ...{ kernels, teacher: `openai:big@${server.baseUrl}`, files: [file('general.txt')], general: 'none', id: 'own' },
      ...over,
    });

  test('starts from the shipped student’s table and tokenizer, and says so with its licence', async () => {
    const { files, made } = await build({ licence: 'CC-BY-4.0' });
    const shipped = await readStudentFolder(shippedStudent());
    expect(JSON.parse(files.tokenizer)).toEqual(JSON.parse(shipped.tokenizer));
    expect(made!.heldOut.fitted).toBeGreaterThan(made!.heldOut.raw);
    const card = readStudentCard(files.card);
    const { id, revision, table, vocabularySize, provenance } = readStudentCard(shipped.card);
    expect(card).toMatchObject({
      ...{ vocabularySize, dims },
      provenance: {
        ...{ source: `openai:big@${server.baseUrl}`, licence: 'CC-BY-4.0' },
        startedFrom: { student: id, revision, table, source: provenance.source, licence: provenance.licence },
      },
    });
    expect(card.provenance.startedFrom).toHaveProperty('licence', 'Apache-2.0');
    const notice = studentNotice(card);
    expect(notice).toContain('licence CC-BY-4.0');
    expect(notice).toContain('Derived from all-MiniLM-L6-v2, licence Apache-2.0, through the student static.');
  });

  test('keeps the shipped student’s licence where its own is not named', async () => {
    const { files } = await build();
    expect(readStudentCard(files.card).provenance).not.toHaveProperty('licence');
    expect(studentNotice(readStudentCard(files.card))).toContain('licence Apache-2.0');
  });

  test('refuses a raw table, which it has none of, before it asks for anything', async () => {
    server.requests.length = 0;
    const failure = build({ raw: true });
    expect(await codeOf(() => failure)).toBe('invalid_input');
    await expect(failure).rejects.toThrow('has no token table; a raw one needs a transformer');
    expect(server.requests).toEqual([]);
  });
});

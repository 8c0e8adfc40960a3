import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { words } from '../encode/onnx/toy-model.ts';
import { wordTexts, writeToyTeacher } from '../student/write-toy-teacher.ts';
import { chelated } from './chelated.ts';

// Processes of their own, on a machine that may be busy.
setDefaultTimeout(60_000);

let folder: string;
const file = (name: string) => join(folder, name);
const make = (out: string, ...more: string[]) =>
  chelated(
    ...['student', '--teacher', file('teacher'), '--general', 'none', '--texts', file('texts.txt'), '--dims', '6'],
    ...['--cache', file('cache'), '--out', file(out), ...more],
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chelated-student-'));
  await writeToyTeacher(file('teacher'));
  await writeFile(file('texts.txt'), wordTexts(600).join('\n'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('chelated student', () => {
  test('makes a folder that other commands take as a student, and the same one again', async () => {
    const first = await make('student', '--json');
    expect([first.stderr, first.code]).toEqual(['', 0]);
    const { card, held_out_cosine, held_out_cosine_raw, bytes } = JSON.parse(first.stdout);
    expect(held_out_cosine).toBeGreaterThan(held_out_cosine_raw);
    expect(card).toMatchObject({ id: 'student', dims: 6, vocabularySize: words.length + 4 });
    const table = await readFile(file('student/table.safetensors'));
    expect(table.length).toBe(bytes);

    // The cache answers in place of the teacher; not a byte changes.
    await make('again', '--id', 'student');
    for (const name of await readdir(file('student'))) {
      expect(await readFile(file(`again/${name}`))).toEqual(await readFile(file(`student/${name}`)));
    }
  });

  test('searches the teacher’s own documents without an adapter, and refuses another model’s', async () => {
    await make('searching');
    const lines = (records: object[]) => records.map((record) => JSON.stringify(record)).join('\n');
    const texts = words.slice(0, 5).map((word, i) => `${word} ${word} ${words[(i + 1) % 5]}`);
    await mkdir(file('set/qrels'), { recursive: true });
    await writeFile(file('set/corpus.jsonl'), lines(texts.map((text, i) => ({ _id: `d${i}`, title: '', text }))));
    await writeFile(file('set/queries.jsonl'), lines(texts.map((text, i) => ({ _id: `q${i}`, text }))));
    await writeFile(
      file('set/qrels/test.tsv'),
      `query-id\tcorpus-id\tscore\n${texts.map((_, i) => `q${i}\td${i}\t1\n`).join('')}`,
    );
    const search = (teacher: string) =>
      chelated(
        ...['evaluate', '--dataset', file('set'), '--student', file('searching'), '--documents', 'teacher'],
        ...['--teacher', teacher, '--json'],
      );
    const { stdout, stderr } = await search(file('teacher'));
    expect(stderr).not.toContain('unaligned');
    expect(JSON.parse(stdout)['ndcg@10']).toBeGreaterThan(0.7);
    const { code, stdout: refused } = await search('static');
    expect([code, JSON.parse(refused).error.code]).toEqual([1, 'unaligned']);
  });

  test('--model2vec writes the folder that export writes of the student', async () => {
    await make('both', '--model2vec', file('m2v'));
    await chelated('export', '--student', file('both'), '--format', 'model2vec', '--out', file('exported'));
    const names = (await readdir(file('m2v'))).toSorted();
    expect(names).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
    for (const name of names) {
      expect(await readFile(file(`m2v/${name}`))).toEqual(await readFile(file(`exported/${name}`)));
    }
  });

  test('--licence is on the card and in a NOTICE, of every folder that is written', async () => {
    await make('licensed', '--licence', 'MIT', '--model2vec', file('licensed-m2v'));
    const card = JSON.parse(await readFile(file('licensed/card.json'), 'utf8'));
    expect(card.provenance).toMatchObject({ source: file('teacher'), licence: 'MIT' });
    for (const folder of ['licensed', 'licensed-m2v']) {
      const notice = await readFile(file(`${folder}/NOTICE`), 'utf8');
      expect(notice).toContain(`Derived from ${file('teacher')}, licence MIT.`);
    }
    // A folder that is made anew without one loses it.
    await make('licensed');
    expect(await readdir(file('licensed'))).not.toContain('NOTICE');
  });

  test('has a context gate where held-out texts gain by it, the same one again, and none with --gate none', async () => {
    await writeFile(file('many.txt'), wordTexts(4000).join('\n'));
    const many = ['--texts', file('many.txt'), '--json'];
    const { stdout, code } = await make('gated', ...many);
    const { card, held_out_cosine, held_out_cosine_gated, context_gate } = JSON.parse(stdout);
    expect([code, context_gate, card.provenance.contextGate]).toEqual([
      0,
      'kept',
      expect.objectContaining({ dims: 32 }),
    ]);
    expect(held_out_cosine_gated).toBeGreaterThan(held_out_cosine);
    await make('gated-again', ...many, '--id', 'gated');
    for (const name of ['gate.safetensors', 'card.json']) {
      expect(await readFile(file(`gated-again/${name}`))).toEqual(await readFile(file(`gated/${name}`)));
    }
    const beside = JSON.parse((await make('gated', ...many, '--model2vec', file('gated-m2v'))).stdout);
    expect(beside.model2vec_left_out).toBe('context gate');
    const m2v = ['--format', 'model2vec', '--out', file('gated-m2v')];
    const exported = await chelated('export', '--student', file('gated'), ...m2v);
    expect([exported.code, exported.stdout]).toEqual([0, expect.stringContaining(', without the context gate')]);

    // A folder that is made anew without one loses it.
    const none = JSON.parse((await make('gated', ...many, '--gate', 'none')).stdout);
    expect([none.context_gate, none.card.gate, none.card.provenance.contextGate]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await readdir(file('gated'))).not.toContain('gate.safetensors');
  });

  test('says why a gate was left out', async () => {
    const few = JSON.parse((await make('few', '--json')).stdout);
    expect([few.context_gate, few.card.gate]).toEqual(['left out: too few held-out texts', undefined]);
    await writeFile(file('enough.txt'), wordTexts(3000).join('\n'));
    const enough = ['--texts', file('enough.txt'), '--seed', '1', '--json'];
    const { context_gate, card } = JSON.parse((await make('no-gain', ...enough)).stdout);
    expect([context_gate, card.gate]).toEqual(['left out: held-out texts gain nothing', undefined]);
    expect(card.provenance.contextGate.kept).toBe(false);
    for (const folder of ['few', 'no-gain']) expect(await readdir(file(folder))).not.toContain('gate.safetensors');
  });

  test('--word-buckets says so on the card, and changes nothing else of a student', async () => {
    await make('plain', '--id', 'student');
    expect((await make('words', '--id', 'student', '--word-buckets', '12')).code).toBe(0);
    const card = async (name: string) => JSON.parse(await readFile(file(`${name}/card.json`), 'utf8'));
    expect(await card('words')).toEqual({ ...(await card('plain')), wordBucketBits: 12 });
    for (const name of ['table.safetensors', 'tokenizer.json']) {
      expect(await readFile(file(`words/${name}`))).toEqual(await readFile(file(`plain/${name}`)));
    }
    expect((await make('many', '--word-buckets', '21')).stderr).toContain('word-buckets');
  });

  test('--raw writes the table alone, which knows of no teacher’s space', async () => {
    expect((await make('raw', '--raw')).code).toBe(0);
    expect((await readdir(file('raw'))).toSorted()).toEqual(['card.json', 'table.safetensors', 'tokenizer.json']);
    expect(JSON.parse(await readFile(file('raw/card.json'), 'utf8')).teacher).toBeUndefined();
  });

  test('too few texts is one line and exit code 1', async () => {
    await writeFile(file('few.txt'), 'red\ngreen\n');
    const { code, stderr } = await chelated(
      ...[
        'student',
        '--teacher',
        file('teacher'),
        '--general',
        'none',
        '--texts',
        file('few.txt'),
        '--out',
        file('few'),
      ],
    );
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^chelated: a student is made from at least 100 texts, got 2$/);
  });
});

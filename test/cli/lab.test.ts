import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { LabRow } from '../../src/lab/experiment.ts';
import { chelated } from './chelated.ts';
import { tinyCollection } from './tiny-collection.ts';

// Processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);

let tiny: Awaited<ReturnType<typeof tinyCollection>>;
let out: string;
beforeAll(async () => {
  tiny = await tinyCollection(200, 40);
  out = await mkdtemp(join(tmpdir(), 'chelated-lab-cli-'));
});
afterAll(async () => {
  await tiny.remove();
  await rm(out, { recursive: true, force: true });
});

const teacher = () => `vectors:${tiny.file('teacher.npy')},${tiny.file('asked.npy')}`;
const measure = (name: string, ...more: string[]) =>
  chelated(name, '--dataset', tiny.folder, '--teacher', teacher(), '--out', out, ...more);
const rowsOf = async (name: string): Promise<LabRow[]> =>
  (await readFile(join(out, `${name}.jsonl`), 'utf8'))
    .trim()
    .split('\n')
    .flatMap((line) => JSON.parse(line).rows);

describe('chelated compare', () => {
  test('measures every method into a file of rows and a page; again, it measures nothing', async () => {
    const first = await measure('compare');
    expect([first.code, first.stderr.includes('compare')]).toEqual([0, true]);
    const rows = await rowsOf('compare');
    const methods = new Map(rows.map((row) => [row.method, row]));
    for (const method of ['student', 'BM25', 'teacher', 'offline, lexical', 'student + BM25, z-score']) {
      expect((methods.get(method)!.perQuery as number[]).length).toBe(40);
      expect(first.stdout).toContain(`| ${method}`);
    }
    // Vectors in a file do not say which model made them.
    expect(methods.get('model2vec’s recipe')!.leftOut).toContain('needs the teacher’s model itself');
    expect(first.stdout).toContain('## Left out');
    expect(await readFile(join(out, 'compare.html'), 'utf8')).toContain('<svg');

    const again = await measure('compare', '--json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toEqual({ rows: join(out, 'compare.jsonl'), report: join(out, 'compare.html') });
    expect(await rowsOf('compare')).toEqual(rows);
  });
});

describe('chelated few-documents', () => {
  test('fits on as many as there are, and the gate has no verdict on too few', async () => {
    expect((await measure('few-documents', '--json')).code).toBe(0);
    const rows = await rowsOf('few-documents');
    const fitted = rows.filter(({ method }) => method === 'corrected');
    // The collection has 200 documents.
    expect(fitted.map(({ documents }) => documents)).toEqual([50, 100, 150]);
    expect(fitted.map(({ promoted }) => promoted)).toEqual([false, false, true]);
  });
});

describe('chelated unseen', () => {
  test('halves leave every document out once; where a query has one relevant document, its score is the usual one', async () => {
    expect((await measure('unseen', '--json')).code).toBe(0);
    const rows = await rowsOf('unseen');
    const splits = rows.filter(({ leftOut }) => leftOut);
    expect(splits.map(({ split }) => split)).toEqual(['documents', 'topics']);
    for (const { leftOut } of splits) {
      expect((leftOut as number[]).reduce((a, b) => a + b)).toBe(200);
    }
    expect(splits.flatMap(({ unseenShare }) => unseenShare as number[]).every((share) => share === 1)).toBe(true);
    for (const row of rows) expect((row.perQuery as number[]).length).toBe(40);
    for (const method of ['student', 'teacher']) {
      const usual = (await rowsOf('few-documents')).find((row) => row.method === method)!.perQuery;
      for (const row of rows.filter(({ adapter }) => adapter === method)) expect(row.perQuery).toEqual(usual!);
    }
  });
});

describe('chelated transfer', () => {
  test('uses every fit on every collection, and goes on from one with the other', async () => {
    const other = await tinyCollection(180, 30);
    const [a, b] = [tiny, other].map(({ folder }) => basename(folder)) as [string, string];
    const ofEach = `vectors:${join(tmpdir(), '{dataset}', 'teacher.npy')},${join(tmpdir(), '{dataset}', 'asked.npy')}`;
    const args = ['--dataset', tiny.folder, other.folder, '--teacher', ofEach, '--out', out];
    expect((await chelated('transfer', ...args, '--json')).code).toBe(0);
    await other.remove();
    const rows = (await rowsOf('transfer')).filter(({ fitted }) => fitted !== 'nothing');
    for (const adapter of ['affine', 'lexical']) {
      const seen = rows
        .filter((row) => row.adapter === adapter)
        .map((row) => [row.fitted, row.collection === a, row.seen]);
      expect(seen).toEqual(
        [a, b, `${a} + ${b}`, `${a}, then ${b}`, `${b}, then ${a}`].flatMap((fitted) => [
          [fitted, true, fitted.includes(a)],
          [fitted, false, fitted.includes(b)],
        ]),
      );
    }
  });
});

describe('chelated fusion', () => {
  test('the ends of the weight are the vectors alone and BM25 alone, whatever the method', async () => {
    expect((await measure('fusion', '--json')).code).toBe(0);
    const rows = (await rowsOf('fusion')).filter(({ fusion }) => fusion !== 'teacher');
    expect(rows.length).toBe(22);
    for (const weight of [0, 1]) {
      const ends = rows.filter((row) => row.weight === weight).map(({ perQuery }) => perQuery);
      expect(ends[0]).toEqual(ends[1]!);
    }
  });
});

describe('chelated benchmark-distillation', () => {
  test('measures each cell in a process of its own', async () => {
    const { code, stderr } = await measure('benchmark-distillation');
    expect([code, stderr.includes('unexpected')]).toEqual([0, false]);
    const rows = await rowsOf('benchmark-distillation');
    const [encoders, ...fits] = rows;
    expect([encoders!.mode, encoders!.documents, fits.length]).toEqual(['encoders', 200, 7]);
    expect(encoders!.studentSeconds as number).toBeGreaterThan(0);
    // Vectors in a file do not say which model made them.
    expect(encoders!.teacherSeconds).toBeNull();
    for (const row of fits) {
      expect(row.documents).toBe(200);
      expect(row.peakMegabytes as number).toBeGreaterThan(20);
      expect(row.allSeconds as number).toBeGreaterThanOrEqual(row.fitSeconds as number);
    }
  }, 360_000);

  test('a teacher that can be run is timed on some documents, in place of all', async () => {
    const cell = `${basename(tiny.folder)} | static | static | 0 | encoders`;
    const args = ['--dataset', tiny.folder, '--teacher', 'static', '--out', out, '--only', cell, '--json'];
    expect((await chelated('benchmark-distillation', ...args)).code).toBe(0);
    const { timed, documents, teacherSeconds } = (await rowsOf('benchmark-distillation')).at(-1)!;
    expect([timed, documents]).toEqual([64, 200]);
    expect(teacherSeconds as number).toBeGreaterThan(0);
  });
});

describe('chelated cycles', () => {
  test('the student is cycle 0 of every mode, and the log grows', async () => {
    expect((await measure('cycles', '--json')).code).toBe(0);
    const rows = await rowsOf('cycles');
    const start = rows.filter(({ cycle }) => cycle === 0);
    expect(new Set(start.map(({ ndcg }) => ndcg)).size).toBe(1);
    for (const mode of new Set(rows.map((row) => row.mode))) {
      const events = rows.filter((row) => row.mode === mode).map((row) => row.events as number);
      expect(events).toEqual(events.toSorted((a, b) => a - b));
      expect(events.length).toBe(21);
    }
  });
});

describe('an experiment', () => {
  test('refuses a teacher that is not there, in one line', async () => {
    const { code, stderr } = await chelated(
      'sweep',
      '--dataset',
      tiny.folder,
      '--teacher',
      'vectors:nowhere.npy',
      '--out',
      out,
    );
    expect(code).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toContain('nowhere.npy');
  });
});

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { config } from '../../src/config.ts';
import { ladder as rungs } from '../../src/hubness/ladder.ts';
import type { LabRow } from '../../src/lab/experiment.ts';
import { ladderSpaces } from '../../src/lab/ladder.ts';
import { readRows } from '../../src/lab/row-file.ts';
import { sweepVariants } from '../../src/lab/sweep.ts';
import { chelated } from './chelated.ts';
import { tinyCollection } from './tiny-collection.ts';

// Processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);

let tiny: Awaited<ReturnType<typeof tinyCollection>>;
/** Too few documents to choose anything or to judge a fit: quick where many are made. */
let small: Awaited<ReturnType<typeof smallCollection>>;
let out: string;
beforeAll(async () => {
  tiny = await tinyCollection(200, 40);
  small = await smallCollection();
  out = await mkdtemp(join(tmpdir(), 'chelated-lab-cli-'));
});
afterAll(async () => {
  await tiny.remove();
  await small.remove();
  await rm(out, { recursive: true, force: true });
});

async function smallCollection() {
  const made = await tinyCollection(80, 24);
  const vectors = () => `vectors:${made.file('teacher.npy')},${made.file('asked.npy')}`;
  return { ...made, vectors, name: basename(made.folder) };
}

const teacher = () => `vectors:${tiny.file('teacher.npy')},${tiny.file('asked.npy')}`;
const measure = (name: string, ...more: string[]) =>
  chelated(name, '--dataset', tiny.folder, '--teacher', teacher(), '--out', out, ...more);
const measureSmall = (name: string, ...more: string[]) =>
  chelated(name, '--dataset', small.folder, '--out', out, ...more);
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
    // Ten of the queries ask for a document that a train query asks for too.
    expect((methods.get('student')!.unasked as number[]).filter((is) => is === 0).length).toBe(10);
    for (const method of ['student + nudge-m', 'offline, lexical + nudge-n', 'student + query map', 'SDFT']) {
      expect(methods.get(method)!.ndcg).toBeGreaterThan(0.5);
      expect(first.stdout.split(`| ${method} `).length).toBeGreaterThan(2);
    }
    expect(first.stdout).toContain('of the 10 test queries that share');
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

describe('chelated sweep', () => {
  test('measures every α of every variant; without a teacher’s weight the two spaces need not meet', async () => {
    const { code, stdout } = await measureSmall('sweep', '--teacher', small.vectors());
    expect([code, stdout.includes('## Which α')]).toEqual([0, true]);
    const rows = await rowsOf('sweep');
    const alphas = Array.from({ length: 11 }, (_, i) => i / 10);
    const measured = (variant: string) => rows.filter((row) => row.variant === variant);
    for (const { name, alphas: of } of sweepVariants) expect(measured(name).map(({ alpha }) => alpha)).toEqual([...of]);
    expect(measured('lexical, teacher’s space').map(({ alpha }) => alpha)).toEqual(alphas);
    const [aligned, unaligned] = ['affine, aligned', 'affine, unaligned'].map((name) => measured(name));
    expect(aligned![0]!.perQuery).toEqual(unaligned![0]!.perQuery!);
    expect(aligned![5]!.skewness).not.toBe(unaligned![5]!.skewness!);
  });
});

describe('chelated ladder', () => {
  test('measures every rung on every space; the oracle is never below what pseudo-queries choose', async () => {
    // A teacher that can embed the parts of documents.
    const { code, stdout } = await measureSmall('ladder', '--teacher', 'static');
    expect([code, stdout.includes('## Against no correction')]).toEqual([0, true]);
    const rows = await rowsOf('ladder');
    expect(rows.map(({ space, rung }) => [space, rung])).toEqual(
      ladderSpaces.flatMap((space) => Object.keys(rungs).map((rung) => [space, rung])),
    );
    for (const { oracle, ndcg } of rows) expect(oracle as number).toBeGreaterThanOrEqual(ndcg as number);
    // Student and teacher are one here.
    const none = rows.filter(({ rung }) => rung === 'none').map(({ perQuery }) => perQuery);
    expect(none[0]).toEqual(none[2]!);
  });

  test('refuses a teacher without a model before it measures', async () => {
    const { code, stderr } = await measureSmall('ladder', '--teacher', small.vectors());
    expect([code, stderr.includes('does not say by which model')]).toEqual([1, true]);
    expect(stderr).not.toContain('%');
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
  test('measures each cell in a process of its own, which is given what the command was', async () => {
    const { code, stderr } = await measure('benchmark-distillation', '--seeds', '1');
    expect([code, stderr.includes('unexpected')]).toEqual([0, false]);
    const rows = await rowsOf('benchmark-distillation');
    expect(new Set(rows.map(({ seed }) => seed))).toEqual(new Set([1]));
    const [encoders, ...fits] = rows;
    expect([encoders!.mode, encoders!.documents, fits.length]).toEqual(['encoders', 200, 8]);
    expect(fits.at(-1)!.mode).toBe('sdft');
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
    for (const { judgedCollapse, judgedCollapsed } of rows) {
      const collapsed = judgedCollapsed as number[];
      expect([collapsed.length, collapsed.every((one) => one === 0 || one === 1)]).toEqual([40, true]);
      expect(collapsed.reduce((a, b) => a + b) / 40).toBeCloseTo(judgedCollapse as number, 5);
    }
  });

  test('measures a curriculum of every shape, between the same ends; the straight one has the name of earlier rows', async () => {
    const rows = await rowsOf('cycles');
    const alphas = (mode: string) => rows.filter((row) => row.mode === mode).map(({ alpha }) => alpha as number);
    const [linear, cosine] = ['hybrid, curriculum', 'hybrid, cosine curriculum'].map(alphas);
    const { from, to } = config.cycles.curriculum;
    expect([linear![1], linear![20], cosine![1], cosine![20]]).toEqual([from, to, from, to]);
    expect(linear![2]! - linear![1]!).toBeCloseTo(linear![11]! - linear![10]!, 9);
    expect(cosine![2]! - cosine![1]!).toBeGreaterThan(cosine![11]! - cosine![10]!);
    const kept = await readRows(join(import.meta.dirname, '../../results/rows/cycles.jsonl'), 'cycles');
    const named = new Set(rows.map(({ mode }) => mode));
    for (const { mode } of kept) expect(named).toContain(mode!);
  });

  test('tests each mode’s last cycle against the student, quality and collapse in one table', async () => {
    const { stdout } = await measure('cycles');
    const section = stdout.split('## ').find((text) => text.startsWith('After the last cycle'))!;
    const modes = new Set((await rowsOf('cycles')).map(({ mode }) => mode));
    for (const mode of modes) {
      for (const of of ['nDCG@10', 'judged collapse']) {
        expect(section).toContain(`${basename(tiny.folder)}, ${mode}: ${of} `);
      }
    }
  });

  test('--alpha is the weight of the hybrid mode, which alone is measured for another one', async () => {
    const cells = async () => (await readFile(join(out, 'cycles.jsonl'), 'utf8')).trim().split('\n').length;
    const before = await cells();
    const { code, stdout } = await measure('cycles', '--alpha', '0.8');
    expect([code, await cells()]).toEqual([0, before + 1]);
    expect(stdout).toMatch(/\| hybrid +\| +20 \| +\.800 \|/);
    expect((await rowsOf('cycles')).at(-1)!.alpha).toBe(0.8);
  });
});

describe('several students, teachers and seeds', () => {
  test('each student and teacher has its own figures, seeds their mean and spread', async () => {
    const [known, noise] = [small.vectors(), `vectors:${small.file('noise.npy')},${small.file('asked.npy')}`];
    const args = ['--teacher', known, noise, '--student', 'static', 'static-words', '--seeds', '0', '1', '1'];
    const { code, stdout } = await measureSmall('few-documents', ...args);
    expect(code).toBe(0);
    const rows = (await rowsOf('few-documents')).filter((row) => row.collection === small.name && row.documents === 50);
    expect(rows.map(({ student, teacher, seed }) => [student, teacher, seed])).toEqual(
      ['static', 'static-words'].flatMap((student) =>
        [known, noise].flatMap((teacher) => [0, 1].map((seed) => [student, teacher, seed])),
      ),
    );
    for (const student of ['static', 'static-words']) {
      for (const teacher of [known, noise]) {
        const [a, b] = rows.filter((row) => row.student === student && row.teacher === teacher);
        const mean = ((a!.ndcg as number) + (b!.ndcg as number)) / 2;
        const line = stdout.split('\n').find((one) => one.startsWith(`| ${small.name}, ${student}, ${teacher}, 50 `));
        expect(line).toContain(`${mean.toFixed(3).replace('0.', '.')} (±`);
      }
    }
  });

  test('refuses two collections of one name', async () => {
    const { code, stderr } = await measureSmall('fusion', '--dataset', small.folder, `${small.folder}/.`);
    expect([code, stderr.includes('twice')]).toEqual([1, true]);
  });
});

describe('rows of another state', () => {
  test('are left, said of, and measured again where a teacher has other numbers in the same file', async () => {
    const moving = small.file('moving.npy');
    const fuse = () => measureSmall('fusion', '--teacher', `vectors:${moving},${small.file('asked.npy')}`, '--json');
    const ofMoving = async () => (await rowsOf('fusion')).filter(({ teacher }) => String(teacher).includes('moving'));
    await copyFile(small.file('teacher.npy'), moving);
    expect((await fuse()).stderr).not.toContain('another state');
    const first = await ofMoving();
    await copyFile(small.file('noise.npy'), moving);
    expect((await fuse()).stderr).toContain(`has ${first.length} rows of another state`);
    const both = await ofMoving();
    expect(both.slice(0, first.length)).toEqual(first);
    expect(both.length).toBe(2 * first.length);
    expect(both.at(-1)!.perQuery).not.toEqual(first.at(-1)!.perQuery!);
    await copyFile(small.file('teacher.npy'), moving);
    await fuse();
    expect(await ofMoving()).toEqual(both);
  });
});

describe('--against', () => {
  const kept = () => join(out, 'kept.jsonl');
  const fuse = (...more: string[]) =>
    measureSmall('fusion', '--teacher', small.vectors(), '--against', kept(), ...more);

  test('a run agrees with the rows that are kept of it, and fails where a figure has moved by more than .002', async () => {
    expect((await measureSmall('fusion', '--teacher', small.vectors())).code).toBe(0);
    const script = join(import.meta.dirname, '../../scripts/build-rows.ts');
    const built = Bun.spawn([process.execPath, script, join(out, 'fusion.jsonl')], { stdout: 'pipe' });
    const text = await new Response(built.stdout).text();
    expect(text).not.toContain(tmpdir());
    expect(text).not.toContain('perQuery');
    await writeFile(kept(), text);
    const same = await fuse();
    expect([same.code, same.stdout.trim().split('\n').at(-1)]).toEqual([
      0,
      `23 of 23 rows are in ${kept()}, with 91 figures, all the same`,
    ]);

    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const line = lines.findLast(({ cell }) => cell.includes('teacher.npy'));
    line.rows[3].ndcg += 0.0015;
    line.rows[4].ndcg -= 0.01;
    await writeFile(kept(), `${lines.map((one) => JSON.stringify(one)).join('\n')}\n`);
    const moved = await fuse();
    expect(moved.code).toBe(1);
    expect(moved.stdout).toContain('1 differ by more than 0.002, the largest difference is 0.01');
    expect(moved.stdout).toContain('## Against BM25');
    expect(moved.stderr).toContain(`1 of 91 figures differ by more than 0.002 from ${kept()}`);
    const json = await fuse('--json');
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
      1,
      { against: { found: 23, beyond: [{ figure: 'ndcg' }] } },
    ]);
  });

  test('refuses, before it measures, a file that is not there or of something else; and a run that has none of its rows', async () => {
    for (const [file, said] of [
      [join(out, 'nowhere.jsonl'), 'cannot be read'],
      [join(out, 'sweep.jsonl'), 'expected a row of fusion, got one of sweep'],
    ] as const) {
      const { code, stderr } = await measureSmall('fusion', '--teacher', small.vectors(), '--against', file);
      expect([code, stderr.includes(said)]).toEqual([1, true]);
    }
    const other = await measureSmall('fusion', '--teacher', 'static', '--against', kept());
    expect([other.code, other.stderr.includes('no row of')]).toEqual([1, true]);
  });
});

describe('without the plotting library', () => {
  test('an experiment says so first, writes its rows, prints its tables and leaves the page out', async () => {
    const root = join(import.meta.dirname, '../..');
    const bare = await mkdtemp(join(tmpdir(), 'chelated-bare-'));
    await cp(join(root, 'src'), join(bare, 'src'), { recursive: true });
    await cp(join(root, 'package.json'), join(bare, 'package.json'));
    await symlink(join(root, 'assets'), join(bare, 'assets'));
    await mkdir(join(bare, 'node_modules'));
    for (const name of await readdir(join(root, 'node_modules'))) {
      if (name !== 'echarts') await symlink(join(root, 'node_modules', name), join(bare, 'node_modules', name));
    }
    const run = async (...more: string[]) => {
      const args = [
        'few-documents',
        '--dataset',
        small.folder,
        '--teacher',
        small.vectors(),
        '--out',
        join(bare, 'out'),
        ...more,
      ];
      const child = Bun.spawn([process.execPath, join(bare, 'src/cli/main.ts'), ...args], {
        stdout: 'pipe',
        stderr: 'pipe',
      });
      const [stdout, stderr] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      return { code: await child.exited, stdout, stderr };
    };
    const { code, stdout, stderr } = await run();
    expect(code).toBe(0);
    expect(stderr.split('\n')[0]).toContain('plots need the package echarts');
    expect(stdout).toContain('| static |');
    expect(stdout.trim().split('\n').at(-1)).toContain('no page: plots need the package echarts');
    expect(await readdir(join(bare, 'out'))).toEqual(['few-documents.jsonl']);
    expect(JSON.parse((await run('--json')).stdout)).toMatchObject({
      report: null,
      noPage: expect.stringContaining('echarts'),
    });
    await rm(bare, { recursive: true });
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

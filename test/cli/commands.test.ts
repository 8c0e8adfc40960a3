import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { readAdapter } from '../../src/adapter/read-adapter.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { readNpy, writeNpy } from '../../src/encode/npy.ts';
import { parseRun } from '../../src/evaluate/run-file.ts';
import { readHostFile } from '../../src/host/host-file.ts';
import { matrix, row } from '../../src/matrix.ts';
import { sample } from '../adapter/samples.ts';
import { chelated } from './chelated.ts';
import { tinyCollection } from './tiny-collection.ts';

// Processes of their own, on a machine that may be busy.
setDefaultTimeout(60_000);

type Collection = Awaited<ReturnType<typeof tinyCollection>>;
let tiny: Collection;
let adapter: string;
let affine: string;

beforeAll(async () => {
  tiny = await tinyCollection();
  [adapter, affine] = [tiny.file('adapter.onnx'), tiny.file('affine.onnx')];
  const common = ['distil', '--corpus', tiny.folder, '--teacher', `vectors:${tiny.file('teacher.npy')}`];
  const ended = await Promise.all([
    chelated(...common, '--out', adapter),
    chelated(...common, '--adapter', 'affine', '--force', '--out', affine, '--json'),
  ]);
  for (const { code, stderr } of ended) if (code !== 0) throw new Error(stderr);
});
afterAll(() => tiny.remove());

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await chelated(...args, '--json');
  // One document and nothing else, and nothing else on stderr when it worked.
  expect([stdout.split('\n').length, stdout.at(-1)]).toEqual([2, '\n']);
  if (code === 0) expect(stderr).toBe('');
  return { code, stderr, document: JSON.parse(stdout) };
};

describe('chelated distil', () => {
  test('the same input gives the same file', async () => {
    const again = tiny.file('again.onnx');
    const { document } = await json(
      ...['distil', '--corpus', tiny.file('corpus.jsonl'), '--student', 'static', '--mode', 'offline'],
      ...['--teacher', `vectors:${tiny.file('teacher.npy')}`, '--seed', '0', '--out', again],
    );
    expect(await readFile(again)).toEqual(await readFile(adapter));
    expect(document).toMatchObject({
      out: again,
      promoted: true,
      card: { kind: 'lexical', mode: 'offline' },
      steps: [],
    });
  });

  test('judgements decide where a split is named, and one that is not there is refused', async () => {
    const out = tiny.file('judged.onnx');
    const args = ['distil', '--corpus', tiny.folder, '--teacher', `vectors:${tiny.file('teacher.npy')}`, '--out', out];
    const { document } = await json(...args, '--force', '--judged', 'test');
    expect(document.card.gate.judged.queries).toBeGreaterThan(0);
    expect(document.card.gate.reason).toContain('judged nDCG');
    const missing = await json(...args, '--judged', 'nowhere');
    expect([missing.code, missing.document.error.message]).toEqual([1, expect.stringContaining('nowhere')]);
  });

  test('--mode sdft tunes an mlp on the judgements of a split, which then may not judge', async () => {
    const out = tiny.file('sdft.onnx');
    const lines = Array.from({ length: 20 }, (_, i) => `q${i}\td${i}\t1\n`);
    await writeFile(tiny.file('qrels/train.tsv'), `query-id\tcorpus-id\tscore\n${lines.join('')}`);
    const common = ['distil', '--corpus', tiny.folder, '--teacher', `vectors:${tiny.file('teacher.npy')}`];
    const args = [...common, '--mode', 'sdft', '--labelled', 'train', '--force', '--out', out];
    const { document } = await json(...args);
    expect(document.card).toMatchObject({ kind: 'mlp', mode: 'sdft', fit: { labelledPairs: 16 } });
    expect((await json('evaluate', '--dataset', tiny.folder, '--adapter', out)).code).toBe(0);
    const same = await json(...args, '--judged', 'train');
    expect([same.code, same.document.error.message]).toEqual([1, expect.stringContaining('cannot judge')]);
    const without = await json(...common, '--mode', 'sdft', '--out', out);
    expect([without.code, without.document.error.message]).toEqual([1, expect.stringContaining('judged queries')]);
  });

  test('several teachers have weights that sum to one, and a domain has a teacher of its own', async () => {
    const [taught, noise] = ['teacher.npy', 'noise.npy'].map((name) => `vectors:${tiny.file(name)}`) as [
      string,
      string,
    ];
    const args = ['distil', '--corpus', tiny.folder, '--adapter', 'affine', '--force', '--out', tiny.file('both.onnx')];
    const both = (await json(...args, '--teacher', taught, '--teacher', noise)).document;
    const weights = [taught, noise].map((id) => both.figures[`weight of ${id}`]);
    expect(weights[0] + weights[1]).toBeCloseTo(1, 6);
    expect(weights[0]).toBeGreaterThan(weights[1]);
    expect([both.card.teacher, both.card.dOut]).toEqual([`${taught} + ${noise}`, 48]);

    const own = (await json(...args, '--teacher', taught, '--domain', `${noise}=${tiny.folder}`)).document;
    expect(own.figures[`documents of ${noise}`]).toBeGreaterThan(150);
    expect([own.card.teacher, own.card.dOut]).toEqual([`${taught} / ${noise}`, 24]);

    const wrong = await json(...args, '--teacher', taught, '--domain', 'nothing');
    expect([wrong.code, wrong.document.error.message]).toEqual([1, expect.stringContaining('expected ID=PATH')]);
  });

  test('what the gate refuses fails, is kept aside with its figures, and is never half there', async () => {
    const out = tiny.file('noise.onnx');
    const args = ['distil', '--corpus', tiny.folder, '--teacher', `vectors:${tiny.file('noise.npy')}`, '--out', out];
    const { code, document, stderr } = await json(...args);
    expect(code).toBe(1);
    expect(document).toMatchObject({
      out: tiny.file('noise.refused.onnx'),
      promoted: false,
      error: { code: 'gate_refused' },
    });
    expect(document.card.gate.agreement.queries).toBeGreaterThan(0);
    expect(stderr).toContain('noise.refused.onnx');
    const files = await readdir(tiny.folder);
    expect(files.filter((name) => name.startsWith('noise') && name !== 'noise.npy')).toEqual(['noise.refused.onnx']);
    expect((await json('inspect', document.out)).document.card.gate).toMatchObject({ promoted: false, forced: false });
  });

  test('--force writes what the gate refuses; the card says so', async () => {
    const out = tiny.file('forced.onnx');
    const args = ['distil', '--corpus', tiny.folder, '--teacher', `vectors:${tiny.file('noise.npy')}`];
    const { code, document } = await json(...args, '--adapter', 'orthogonal', '--force', '--out', out);
    expect([code, document.promoted, document.card.gate.forced]).toEqual([0, false, true]);
  });

  test('too few documents is a refusal with that reason', async () => {
    const corpus = tiny.file('few.jsonl');
    await writeFile(corpus, (await readFile(tiny.file('corpus.jsonl'), 'utf8')).split('\n').slice(0, 20).join('\n'));
    await writeFile(tiny.file('few.npy'), writeNpy(matrix(20, 4, new Float32Array(80).fill(1))));
    const { code, document } = await json(
      ...['distil', '--corpus', corpus, '--teacher', `vectors:${tiny.file('few.npy')}`, '--out', tiny.file('few.onnx')],
    );
    expect([code, document.error.code]).toEqual([1, 'too_few_documents']);
  });

  test('a teacher that is not there fails, and with --fallback steps down and says so', async () => {
    const args = [
      'distil',
      '--corpus',
      tiny.folder,
      '--teacher',
      'vectors:missing.npy',
      '--out',
      tiny.file('down.onnx'),
    ];
    expect((await json(...args)).document.error.code).toBe('not_found');
    const { code, stdout, stderr } = await chelated(...args, '--fallback', '--json');
    const document = JSON.parse(stdout);
    expect([code, document.card.mode, document.card.teacher]).toEqual([0, 'baseline', null]);
    expect(document.steps[0]).toMatch(/^offline → baseline: .*missing\.npy/);
    expect(stderr).toContain('fallback: offline → baseline');
  });

  test('--fallback leaves out what only a teacher can give', async () => {
    const { stdout } = await chelated(
      ...['distil', '--corpus', tiny.folder, '--teacher', 'vectors:missing.npy', '--dims', '8', '--fallback'],
      ...['--out', tiny.file('narrow.onnx'), '--json'],
    );
    for (const step of JSON.parse(stdout).steps.slice(1))
      expect(step).toMatch(/^baseline → identity: the gate refused/);
  });

  test('a hybrid of α = 0 opens no teacher', async () => {
    const { code, document } = await json(
      ...['distil', '--corpus', tiny.folder, '--teacher', 'vectors:missing.npy', '--mode', 'hybrid', '--alpha', '0'],
      ...['--force', '--out', tiny.file('alone.onnx')],
    );
    expect([code, document.card?.teacher]).toEqual([0, null]);
  });
});

describe('chelated evaluate', () => {
  test('prints the fixed keys, and the adapter helps where the teacher knows better', async () => {
    const run = tiny.file('run.txt');
    const before = (await json('evaluate', '--dataset', tiny.folder)).document;
    const after = (await json('evaluate', '--dataset', tiny.folder, '--adapter', adapter, '--run', run)).document;
    expect(Object.keys(before)).toEqual(Object.keys(after));
    expect(Object.keys(after)).toEqual([
      ...['documents', 'queries', 'searched', 'searched_because'],
      ...['ndcg@10', 'recall@100', 'mrr@10', 'map', 'encode_us_per_query', 'fingerprint'],
    ]);
    expect([after.documents, after.queries]).toEqual([200, 40]);
    // The words are few and common: the shipped student finds everything already.
    expect(after['ndcg@10']).toBeGreaterThanOrEqual(before['ndcg@10']);
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(parseRun(await readFile(run, 'utf8')).size).toBe(40);
  });

  test('documents may be the teacher’s own vectors, or the mean of both', async () => {
    const teacher = `vectors:${tiny.file('teacher.npy')}`;
    const args = ['evaluate', '--dataset', tiny.folder, '--adapter', adapter];
    for (const side of ['teacher', 'mixed']) {
      const { document } = await json(...args, '--documents', side, '--teacher', teacher);
      expect(document['ndcg@10']).toBeGreaterThan(0.9);
    }
  });

  test('with the teacher’s vectors at hand the adapter’s advice decides which documents are searched', async () => {
    const teacher = `vectors:${tiny.file('teacher.npy')}`;
    const args = ['evaluate', '--dataset', tiny.folder];
    const { parts, card } = await readAdapter(await readFile(adapter));
    for (const [documentSide, mixedZ] of [
      ['mixed', 5.25],
      ['corrected', 1],
    ] as const) {
      const advising = tiny.file(`advises-${documentSide}.onnx`);
      const fit = { ...card.fit, documentSide, mixedZ };
      await writeFile(advising, await writeAdapter(parts, { ...card, fit }));
      const given = [...args, '--adapter', advising, '--teacher', teacher];
      const { document } = await json(...given);
      expect(document).toMatchObject({
        searched: documentSide,
        searched_because: expect.stringContaining(`z ${mixedZ.toFixed(1)}`),
      });
      const asked = (await json(...given, '--documents', documentSide)).document;
      expect([document['ndcg@10'], document.map]).toEqual([asked['ndcg@10'], asked.map]);
      expect(asked.searched_because).toBe(`--documents ${documentSide}`);
    }
    const without = (await json(...args, '--teacher', 'vectors:never-opened.npy')).document;
    expect(without).toMatchObject({ searched: 'corrected', searched_because: 'no adapter to advise another' });
  });

  test('--bm25 adds the figures of BM25 on the same queries', async () => {
    const { document } = await json('evaluate', '--dataset', tiny.folder, '--bm25');
    expect(Object.keys(document.bm25)).toEqual(['ndcg@10', 'recall@100', 'mrr@10', 'map']);
    // A query repeats words of its document.
    expect(document.bm25['recall@100']).toBe(1);
  });

  test('an adapter of another student is refused', async () => {
    const vectors = `vectors:${tiny.file('teacher.npy')},${tiny.file('teacher.npy')}`;
    const { code, document } = await json(
      'evaluate',
      '--dataset',
      tiny.folder,
      '--student',
      vectors,
      '--adapter',
      adapter,
    );
    expect([code, document.error.code]).toEqual([1, 'adapter_wrong_model']);
  });
});

describe('chelated apply', () => {
  test('texts, one a line or as records, become unit vectors in their order', async () => {
    const [lines, out, out2] = [tiny.file('texts.txt'), tiny.file('lines.npy'), tiny.file('records.npy')];
    await writeFile(lines, `${tiny.texts.join('\n')}\n`);
    const { document } = await json('apply', '--adapter', adapter, '--input', lines, '--out', out);
    expect(document).toMatchObject({ out, rows: 200, dims: 24, failed: [] });
    await json('apply', '--adapter', adapter, '--input', tiny.file('corpus.jsonl'), '--out', out2);
    expect(await readFile(out)).toEqual(await readFile(out2));
    // As some editors write it: a byte order mark, carriage returns, no last line end.
    await writeFile(lines, `\uFEFF${tiny.texts.join('\r\n')}`);
    await json('apply', '--adapter', adapter, '--input', lines, '--out', out2);
    expect(await readFile(out)).toEqual(await readFile(out2));
    const X = readNpy(await readFile(out));
    for (let i = 0; i < X.rows; i++) expect(Math.abs(Math.hypot(...row(X, i)) - 1)).toBeLessThanOrEqual(1e-6);
  });

  test('vectors are corrected where the adapter takes vectors, and refused where it needs tokens', async () => {
    const input = tiny.file('base.npy');
    await writeFile(input, writeNpy(matrix(2, 256, new Float32Array(512).fill(1 / 16))));
    const ok = await json('apply', '--adapter', affine, '--input', input, '--out', tiny.file('out.npy'));
    expect(ok.document).toMatchObject({ rows: 2, dims: 24 });
    const refused = await json('apply', '--adapter', adapter, '--input', input, '--out', tiny.file('never.npy'));
    expect([refused.code, refused.document.error.code]).toEqual([1, 'text_required']);
    expect(await readdir(tiny.folder)).not.toContain('never.npy');
  });

  test('vectors of any length are corrected as those of unit length, also under a bias', async () => {
    const [biased, input, out] = [tiny.file('biased.onnx'), tiny.file('long.npy'), tiny.file('long-out.npy')];
    const { parts, card } = await readAdapter(await readFile(affine));
    await writeFile(biased, await writeAdapter({ ...parts, bias: new Float32Array(24).fill(0.1) }, card));
    await writeFile(input, writeNpy(matrix(2, 256, new Float32Array(512).fill(1 / 16).fill(3 / 16, 256))));
    await json('apply', '--adapter', biased, '--input', input, '--out', out);
    const X = readNpy(await readFile(out));
    expect(row(X, 1)).toEqual(row(X, 0));
  });
});

describe('chelated inspect', () => {
  test('shows the card, for people and as JSON', async () => {
    const { document } = await json('inspect', adapter);
    expect(document).toMatchObject({ file: adapter, card: { kind: 'lexical', needs: 'tokens', documents: 200 } });
    const { stdout } = await chelated('inspect', adapter);
    expect(stdout).toContain(document.hash);
    expect(stdout).toMatch(/^needs +tokens$/m);
  });

  test('a file that was cut or altered is refused', async () => {
    const bytes = await readFile(adapter);
    const [cut, altered] = [tiny.file('cut.onnx'), tiny.file('altered.onnx')];
    await writeFile(cut, bytes.subarray(0, bytes.length >> 1));
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(altered, bytes);
    for (const path of [cut, altered])
      expect((await json('inspect', path)).document.error.code).toBe('adapter_corrupt');
  });
});

describe('the student with words', () => {
  test('is distilled, evaluated and exported like another, and the card says what words brought', async () => {
    const [out, made] = [tiny.file('words.onnx'), tiny.file('words.chelated')];
    const student = ['--student', 'static-words'];
    const { document } = await json(
      ...['distil', '--corpus', tiny.folder, ...student, '--teacher', `vectors:${tiny.file('teacher.npy')}`],
      ...['--force', '--out', out],
    );
    const { fit } = document.card;
    expect(fit).toMatchObject({ words: expect.any(Boolean), wordsZ: expect.any(Number) });
    expect(fit.heldOutWithWords).not.toBe(fit.heldOutWithoutWords);
    const { parts, card } = await readAdapter(await readFile(out));
    expect([parts.tokens!.rowOf.length, card.student]).toEqual([63290, 'static-words']);
    const common = ['evaluate', '--dataset', tiny.folder, '--adapter', out];
    expect((await json(...common, ...student)).document['ndcg@10']).toBeGreaterThan(0.5);
    expect((await json(...common)).document.error.code).toBe('adapter_wrong_model');

    await json('export', ...student, '--out', made);
    const { header, sections } = await readHostFile(await readFile(made));
    expect([header.baseFingerprint, sections.get('rules')!.data[2]]).toEqual([card.baseFingerprint, 15 + 256 * 15]);
    const m2v = ['export', ...student, '--format', 'model2vec', '--adapter', out, '--out', tiny.file('words-m2v')];
    expect((await json(...m2v)).document.error.message).toContain('pairs of words');
  });
});

describe('chelated export', () => {
  test('writes a student and an adapter as hosts read them, with one base fingerprint', async () => {
    const [student, made] = [tiny.file('student.chelated'), tiny.file('adapter.chelated')];
    expect((await json('export', '--out', student)).document).toMatchObject({ out: student, format: 'host' });
    await json('export', '--adapter', adapter, '--out', made);
    const headers = await Promise.all(
      [student, made].map(async (path) => (await readHostFile(await readFile(path))).header),
    );
    expect(headers.map(({ what }) => what)).toEqual(['gated student', 'gated adapter']);
    const { card } = await readAdapter(await readFile(adapter));
    expect(headers.map((header) => header.baseFingerprint)).toEqual([card.baseFingerprint, card.baseFingerprint]);
  });

  test('refuses, with the reason, an adapter that one table cannot hold', async () => {
    const bent = sample('mlp', 1, { dIn: 256, dOut: 8 });
    const { card } = await readAdapter(await readFile(adapter));
    const file = tiny.file('bent.onnx');
    await writeFile(file, await writeAdapter(bent.parts, { ...bent.card, baseFingerprint: card.baseFingerprint }));
    const { code, document } = await json(
      'export',
      '--format',
      'model2vec',
      '--adapter',
      file,
      '--out',
      tiny.file('m2v'),
    );
    expect([code, document.error.code]).toEqual([1, 'invalid_input']);
    expect(document.error.message).toContain('hidden layer');
  });
});

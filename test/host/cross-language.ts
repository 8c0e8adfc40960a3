// 1,000 real texts and one adapter for each shipped student in TypeScript, Go, Rust, Python and Java: the same token ids, the same vectors.
// bun test/host/cross-language.ts, after the tests of the hosts (.ci/hosts).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { shippedStudents } from '../../src/encode/student-folder.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import type { Matrix } from '../../src/matrix.ts';
import { asset, type HostProgram, hostPrograms, kernelsOf, runHost } from './host-programs.ts';
import { writeSampleFiles } from './sample-files.ts';

const most = 1e-5;
const { CHELATED_DATA: data } = process.env;
const folder = mkdtempSync(join(tmpdir(), 'chelated-hosts-'));
try {
  const texts = [...(await firstTexts('assets/sample', data ? 500 : 1000)), ...(await abstracts())];
  for (const student of shippedStudents) await runAll(student, texts);
} finally {
  rmSync(folder, { recursive: true });
}

async function runAll(student: string, texts: readonly string[]): Promise<void> {
  const files = await writeSampleFiles(folder, student);
  writeFileSync(files.texts, texts.map((text) => `${text}\0`).join(''));
  const wanted = { simd: await correct('simd'), scalar: await correct('scalar') };
  for (const host of hostPrograms('correct')) compare(host, wanted[host.kernels], texts.length);

  async function correct(build: HostProgram['kernels']) {
    const kernels = await loadKernels(build);
    const encoder = await openEncoder(student, { kernels });
    const adapter = await loadAdapter(readFileSync(files.onnx), { encoder, kernels });
    const lists = texts.map((text) => encoder.tokenizer.encode(text, encoder.maxTokens));
    return { lists, vectors: await adapter.correct({ tokens: encoder.tokenize(texts) }) };
  }

  function compare(host: HostProgram, expected: { lists: readonly Uint32Array[]; vectors: Matrix }, count: number) {
    const out = join(folder, 'out');
    runHost(host, [
      ...[kernelsOf(host.kernels), asset('chelated-wordpiece.wasm'), files.student, files.adapter, files.texts, out],
    ]);
    const words = new Uint32Array(new Uint8Array(readFileSync(out)).buffer);
    let at = 0;
    const different = expected.lists.filter((list) => {
      const got = words.subarray(at + 1, at + 1 + words[at]!);
      at += 1 + words[at]!;
      return got.length !== list.length || list.some((id, i) => got[i] !== id);
    }).length;
    const got = new Float32Array(words.buffer, 4 * at);
    if (different > 0) throw new Error(`${host.language}: other token ids in ${different} of ${count} texts`);
    if (got.length !== expected.vectors.data.length) {
      throw new Error(`${host.language}: ${got.length} numbers, expected ${expected.vectors.data.length}`);
    }
    const furthest = expected.vectors.data.reduce((far, v, i) => Math.max(far, Math.abs(v - got[i]!)), 0);
    if (!(furthest <= most)) throw new Error(`${host.language}: vectors are ${furthest} apart, at most ${most}`);
    const how = furthest === 0 ? 'bit for bit' : `${furthest.toExponential(1)} apart`;
    console.log(`${student}, ${host.language}, ${host.kernels} build: ${count} texts, the same ids, vectors ${how}`);
  }
}

async function firstTexts(dataset: string, count: number): Promise<string[]> {
  const { documents } = await readDataset(dataset);
  return documents.slice(0, count).map(({ text }) => text);
}

async function abstracts(): Promise<string[]> {
  return data ? firstTexts(join(data, 'scifact'), 500) : [];
}

// For model2vec_check.py: in each folder of FOLDER a `model` in model2vec's layout, texts, and our vectors of them (f32).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { config } from '../../src/config.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { chelated } from '../cli/chelated.ts';
import { words } from '../encode/onnx/toy-model.ts';
import { byteLevelBpe, unigram } from '../encode/onnx/toy-tokenizers.ts';
import { writeSampleFiles } from '../host/sample-files.ts';
import { wordTexts, writeToyTeacher } from '../student/write-toy-teacher.ts';

const folder = process.argv[2]!;
const kernels = await loadKernels();

async function run(...args: readonly string[]) {
  const { code, stderr } = await chelated(...args);
  if (code !== 0) throw new Error(stderr);
}

/** A folder for one model; where its model goes, and what writes our vectors beside it. */
function place(name: string) {
  const at = (file: string) => join(folder, name, file);
  mkdirSync(at('.'), { recursive: true });
  const keep = (texts: readonly string[], vectors: Float32Array) => {
    writeFileSync(at('texts.json'), JSON.stringify(texts));
    writeFileSync(at('vectors.f32'), vectors);
  };
  return { at, keep };
}

// The shipped student's plain table with an adapter.
{
  const { at, keep } = place('adapter');
  const files = await writeSampleFiles(at('.'), config.plainStudent);
  const student = ['--student', config.plainStudent];
  await run('export', '--format', 'model2vec', ...student, '--adapter', files.onnx, '--out', at('model'));
  const encoder = await openEncoder(config.plainStudent, { kernels });
  const adapter = await loadAdapter(readFileSync(files.onnx), { encoder, kernels });
  const texts = (await readDataset('assets/sample')).documents.slice(0, 1000).map(({ text }) => text);
  keep(texts, (await adapter.correct({ tokens: encoder.tokenize(texts) })).data);
}

// Students of one's own, of teachers with other tokenizers than BERT's.
for (const [name, tokenizer] of [
  ['unigram', unigram],
  ['bpe', byteLevelBpe],
] as const) {
  const { at, keep } = place(name);
  const texts = wordTexts(600, [...words, 'tree', 'redder', 'hotel']);
  await writeToyTeacher(at('teacher'), tokenizer);
  writeFileSync(at('texts.txt'), texts.join('\n'));
  await run(
    ...['student', '--teacher', at('teacher'), '--general', 'none', '--texts', at('texts.txt'), '--dims', '6'],
    ...['--gate', 'none', '--cache', at('cache'), '--out', at('student'), '--model2vec', at('model')],
  );
  const student = await openEncoder(at('student'), { kernels });
  keep(texts, (await student.encode(texts, { role: 'document' })).vectors.data);
}

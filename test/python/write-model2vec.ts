// For model2vec_check.py: in FOLDER a student with an adapter in model2vec's layout, 1,000 texts, and our vectors of them (f32).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { chelated } from '../cli/chelated.ts';
import { writeSampleFiles } from '../host/sample-files.ts';

const folder = process.argv[2]!;
const files = await writeSampleFiles(folder);
const { code, stderr } = await chelated(
  ...['export', '--format', 'model2vec', '--adapter', files.onnx, '--out', join(folder, 'model')],
);
if (code !== 0) throw new Error(stderr);
const kernels = await loadKernels();
const encoder = await openEncoder('static', { kernels });
const adapter = await loadAdapter(readFileSync(files.onnx), { encoder, kernels });
const texts = (await readDataset('assets/sample')).documents.slice(0, 1000).map(({ text }) => text);
const { data } = await adapter.correct({ tokens: encoder.tokenize(texts) });
writeFileSync(join(folder, 'texts.json'), JSON.stringify(texts));
writeFileSync(join(folder, 'vectors.f32'), data);

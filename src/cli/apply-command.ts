import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { Adapter } from '../adapter/adapter.ts';
import { loadAdapter } from '../adapter/load-adapter.ts';
import { config } from '../config.ts';
import type { Encoder, TextRole } from '../encode/encoder.ts';
import { writeNpy } from '../encode/npy.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import { readVectorFile } from '../encode/vector-files.ts';
import { adapterInput } from '../engine/adapter-input.ts';
import { adaptedFingerprint } from '../engine/generation.ts';
import { ChelatedError } from '../errors.ts';
import { parseRecords } from '../evaluate/parse-records.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { loadKernels } from '../kernels/load.ts';
import { assertFinite } from '../matrix.ts';
import { options } from './options.ts';
import { print } from './print.ts';
import { progress } from './progress.ts';
import { readAdapterFile } from './read-adapter-file.ts';
import { assertWritable, writeFile } from './write-file.ts';

interface ApplyOptions {
  readonly adapter: string;
  readonly student: string;
  readonly input: string;
  readonly out: string;
  readonly role: TextRole;
  readonly json?: boolean;
}

/** `chelated apply`: vectors or texts in, corrected vectors out. */
export function applyCommand(program: Command): void {
  program
    .command('apply')
    .description('correct vectors (.npy, .safetensors) or texts (.jsonl, .txt: one a line) with an adapter')
    .requiredOption('--adapter <FILE.onnx>', 'the adapter')
    .requiredOption('--input <FILE>', 'base vectors of the student, or texts')
    .requiredOption('--out <FILE.npy>', 'corrected vectors, f32, a row for each row or text')
    .option('--student <ID>', 'the encoder that the adapter was distilled for', config.student)
    .addOption(new Option('--role <ROLE>', 'what the texts are').choices(['document', 'query']).default('document'))
    .addOption(options.device())
    .addOption(options.json())
    .addHelpText(
      'after',
      '\nExample:\n  chelated apply --adapter adapter.onnx --input corpus.jsonl --out corrected.npy',
    )
    .action(apply);
}

async function apply(given: ApplyOptions): Promise<void> {
  const { out, json = false } = given;
  await assertWritable(out);
  const kernels = await loadKernels();
  const bytes = await readAdapterFile(given.adapter);
  const encoder = await openEncoder(given.student, { kernels });
  const adapter = await loadAdapter(bytes, { encoder, kernels });
  const display = progress({ silent: json });
  const { input, failed } = await readInput(given, { encoder, adapter, kernels }, (share) =>
    display.show('encoding', share),
  );
  const corrected = await adapter.correct(input);
  display.stop();
  await writeFile(out, writeNpy(corrected));
  const fingerprint = await adaptedFingerprint(encoder.baseFingerprint, adapter);
  const document = { out, rows: corrected.rows, dims: corrected.dims, failed, fingerprint };
  const lost = failed.length > 0 ? `; ${failed.length} texts had no token and have zero rows` : '';
  print(json, document, () => `${out}: ${corrected.rows} corrected vectors of ${corrected.dims} dimensions${lost}`);
}

interface Parties {
  readonly encoder: Encoder;
  readonly adapter: Adapter;
  readonly kernels: Kernels;
}

async function readInput(
  options: ApplyOptions,
  { encoder, adapter, kernels }: Parties,
  onShare: (share: number) => void,
) {
  const { input: path, role } = options;
  if (/\.(npy|safetensors)$/.test(path)) {
    const { vectors } = await readVectorFile(path);
    assertFinite(vectors, path);
    // A base vector has unit length: a map with a bias would make something else of another.
    return { input: { vectors: kernels.normalize(vectors) }, failed: [] };
  }
  const texts = await readTexts(path);
  return adapterInput(encoder, texts, adapter.card.needs, {
    role,
    onProgress: (done, total) => onShare(done / total),
  });
}

async function readTexts(path: string): Promise<string[]> {
  if (!/\.(jsonl|txt)$/.test(path)) {
    throw new ChelatedError('invalid_input', `--input: expected .npy, .safetensors, .jsonl or .txt, got ${path}`);
  }
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ChelatedError('not_found', `${path} cannot be read`, { cause });
  }
  if (path.endsWith('.jsonl')) return parseRecords(content, path).map(({ text }) => text);
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

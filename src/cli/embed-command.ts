import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { config } from '../config.ts';
import { cachedEncoder } from '../encode/cache/cached-encoder.ts';
import type { Encoder, TextRole } from '../encode/encoder.ts';
import { writeNpy } from '../encode/npy.ts';
import type { OnnxEncoderOptions } from '../encode/onnx/open-transformer.ts';
import { type Pooling, poolings } from '../encode/onnx/pooling.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import { writeSafetensors } from '../encode/safetensors.ts';
import { readDataset } from '../evaluate/read-dataset.ts';
import type { TextRecord } from '../evaluate/text-record.ts';
import { loadKernels } from '../kernels/load.ts';
import type { Matrix } from '../matrix.ts';
import { options } from './options.ts';
import { parseNumber } from './parse-number.ts';
import { print } from './print.ts';
import { type Progress, progress } from './progress.ts';
import { makeFolder, writeFile } from './write-file.ts';

interface EmbedOptions {
  readonly corpus: string;
  readonly model: string;
  readonly out: string;
  readonly format: 'npy' | 'safetensors';
  readonly dtype: 'f32' | 'f16';
  readonly cache: string;
  readonly weights?: string;
  readonly pooling?: Pooling;
  readonly maxTokens?: number;
  readonly queryPrompt?: string;
  readonly documentPrompt?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** `chelated embed`: a collection's vectors, made by any encoder; a run that was stopped goes on where it was. */
export function embedCommand(program: Command): void {
  const count = parseNumber({ minimum: 1, whole: true });
  program
    .command('embed')
    .description('embed the documents (and queries) of a collection; stopped, the same command goes on where it was')
    .requiredOption('--corpus <DATASET_DIR|corpus.jsonl>', 'collection in BEIR layout, or its documents alone')
    .requiredOption('--model <ID>', 'model folder, its name below CHELATED_MODELS, hub id, openai:MODEL@URL, or static')
    .requiredOption('--out <DIR>', 'where documents, queries, their ids and embed.json are written')
    .addOption(new Option('--format <FORMAT>', 'of the vectors').choices(['npy', 'safetensors']).default('npy'))
    .addOption(new Option('--dtype <TYPE>', 'of the numbers').choices(['f32', 'f16']).default('f32'))
    .option('--cache <DIR>', 'where vectors are kept meanwhile', join(config.dataDirectory, 'embeddings'))
    .option('--weights <DTYPE>', 'of a transformer: fp32, fp16, q8 …, or an .onnx file in its folder')
    .addOption(new Option('--pooling <POOLING>', 'in place of the model’s own').choices(poolings))
    .option('--max-tokens <NUMBER>', 'of a text, special ones included, fewer than the model reads', count)
    .option('--query-prompt <TEXT>', 'put before a query, in place of the model’s own')
    .option('--document-prompt <TEXT>', 'put before a document')
    .option('--threads <NUMBER>', 'of a transformer', count)
    .addOption(options.device())
    .addOption(options.json())
    .addHelpText('after', '\nExample:\n  chelated embed --corpus scifact --model all-MiniLM-L6-v2 --out vectors')
    .action(embed);
}

async function embed(given: EmbedOptions): Promise<void> {
  const { out, json = false } = given;
  const dataset = await readDataset(given.corpus);
  await makeFolder(out);
  const kernels = await loadKernels();
  const opened = await openEncoder(given.model, { kernels, onnx: onnxOptions(given) });
  const encoder = cachedEncoder(opened, { directory: given.cache });
  const display = progress({ silent: json });
  const parts = [
    { name: 'documents', role: 'document', records: dataset.documents },
    { name: 'queries', role: 'query', records: dataset.queries },
  ] as const;
  const done: Record<string, PartResult> = {};
  try {
    for (const { name, role, records } of parts) {
      if (records.length > 0) done[name] = await embedPart(given, encoder, name, role, records, display);
    }
  } finally {
    display.stop();
    encoder.dispose();
  }
  const { id: model, dims, baseFingerprint, maxTokens } = encoder;
  const document = { out, model, dims, maxTokens, baseFingerprint, device: opened.device ?? null, ...done };
  await writeFile(join(out, 'embed.json'), `${JSON.stringify(document, null, 2)}\n`);
  print(json, document, () => Object.values(done).map(line).join('\n'));
}

interface PartResult {
  readonly file: string;
  readonly rows: number;
  /** Rows that were there from an earlier run. */
  readonly cached: number;
  /** Positions without a vector: their rows are zero. */
  readonly failed: readonly number[];
  readonly perSecond: number | null;
}

async function embedPart(
  { out, format, dtype }: EmbedOptions,
  encoder: Encoder,
  name: string,
  role: TextRole,
  records: readonly TextRecord[],
  display: Progress,
): Promise<PartResult> {
  let cached = 0;
  const start = performance.now();
  let perSecond: number | null = null;
  const { vectors, failed } = await encoder.encode(
    records.map(({ text }) => text),
    {
      role,
      onProgress: (count, total, known = 0) => {
        cached = known;
        if (count > known) perSecond = ((count - known) / (performance.now() - start)) * 1000;
        const detail = perSecond === null ? '' : `${perSecond.toPrecision(3)} a second`;
        display.show(`embedding ${name}`, count / total, { known: known / total, detail });
      },
    },
  );
  const ids = records.map(({ id }) => id);
  const file = join(out, `${name}.${format}`);
  await writeFile(file, format === 'npy' ? writeNpy(vectors, dtype) : asSafetensors(vectors, dtype, ids, encoder.id));
  await writeFile(join(out, `${name}.ids.json`), `${JSON.stringify(ids)}\n`);
  return { file, rows: vectors.rows, cached, failed, perSecond };
}

function asSafetensors({ rows, dims, data }: Matrix, dtype: 'f32' | 'f16', ids: readonly string[], model: string) {
  const embeddings = { dtype: dtype === 'f16' ? 'F16' : 'F32', shape: [rows, dims], data } as const;
  return writeSafetensors({ embeddings }, { ids: JSON.stringify(ids), model });
}

function line({ file, rows, cached, failed, perSecond }: PartResult): string {
  const rate = perSecond === null ? '' : `, ${perSecond.toPrecision(3)} a second`;
  const known = cached > 0 ? `, ${cached} from the cache` : '';
  const lost = failed.length > 0 ? `; ${failed.length} could not be embedded and have zero rows` : '';
  return `${file}: ${rows} vectors${known}${rate}${lost}`;
}

function onnxOptions({
  weights,
  pooling,
  maxTokens,
  queryPrompt,
  documentPrompt,
  threads,
}: EmbedOptions): OnnxEncoderOptions {
  return {
    ...(weights !== undefined && { dtype: weights }),
    ...(pooling !== undefined && { pooling }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(threads !== undefined && { threads }),
    prompts: {
      ...(queryPrompt !== undefined && { query: queryPrompt }),
      ...(documentPrompt !== undefined && { document: documentPrompt }),
    },
  };
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { readDataset } from '../evaluate/read-dataset.ts';
import { fingerprint } from '../fingerprint.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { sidesOf } from './collection.ts';
import type { Combination, LabCell } from './experiment.ts';
import { openLabEncoder } from './lab-encoder.ts';

const files = ['corpus.jsonl', 'queries.jsonl', 'qrels/test.tsv', 'qrels/train.tsv'];

/** The version and every default, but for those that no figure depends on. */
function settings(): string {
  const { dataDirectory, cli, http, engine, store, edge, batching, embeddingCache, openAiEncoder, ...counting } =
    config;
  return JSON.stringify(counting);
}

/**
 * What decides a cell's figures beside what its key names, as a hash: the collections' contents, student and teacher, the
 * version, its defaults. Rows of another state are of something else, whatever they are called.
 */
export function labState(kernels: Kernels): (cell: LabCell) => Promise<string> {
  const kept = new Map<string, Promise<string>>();
  const once = (make: () => Promise<string>, ...key: readonly string[]) => {
    const name = JSON.stringify(key);
    if (!kept.has(name)) kept.set(name, make());
    return kept.get(name)!;
  };
  const partsOf = async ({ dataset, student, teacher }: Combination) => [
    await once(() => hashOfFiles(dataset), dataset),
    await once(() => hashOfEncoder(student, dataset, kernels), student, dataset),
    await once(() => hashOfEncoder(teacher, dataset, kernels), teacher, dataset),
  ];
  return async ({ combinations }) => {
    const parts = [settings()];
    for (const combination of combinations) parts.push(...(await partsOf(combination)));
    return fingerprint(...parts);
  };
}

async function hashOfFiles(dataset: string): Promise<string> {
  const read = (file: string) =>
    readFile(join(dataset, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return new Uint8Array();
      throw error;
    });
  return fingerprint(...(await Promise.all(files.map(read))));
}

async function hashOfEncoder(id: string, dataset: string, kernels: Kernels): Promise<string> {
  const encoder: Encoder = await openLabEncoder(id, dataset, kernels);
  try {
    if (!encoder.precomputed) return encoder.baseFingerprint;
    // A file of vectors does not tell what made them, so its numbers count.
    const { documents, queries } = await sidesOf(encoder, await readDataset(dataset));
    return await fingerprint(encoder.baseFingerprint, documents.data, queries.data);
  } finally {
    encoder.dispose();
  }
}

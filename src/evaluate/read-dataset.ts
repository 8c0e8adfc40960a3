import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ChelatedError } from '../errors.ts';
import { type Dataset, parseDataset } from './dataset.ts';

/**
 * Reads a directory in BEIR's layout (corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv), or a bare corpus.jsonl.
 * Queries are those of the whole queries.jsonl; judgements those of the split.
 *
 * Edge    without `split`: the test split when there is one, else no judgements. A directory without queries, and a bare
 *         corpus, give none of either.
 *
 * @throws {ChelatedError} not_found for a file or split that is not there, invalid_input naming file and line
 */
export async function readDataset(path: string, { split }: { split?: string } = {}): Promise<Dataset> {
  const isDirectory = await stat(path)
    .then((found) => found.isDirectory())
    .catch(() => undefined);
  if (isDirectory === undefined) {
    throw new ChelatedError(
      'not_found',
      `dataset ${path} is not there; give a directory with corpus.jsonl, or a .jsonl file`,
    );
  }
  if (!isDirectory) {
    if (split !== undefined)
      throw new ChelatedError('not_found', `${path} is a bare corpus and has no split "${split}"`);
    const corpus = await readText(path);
    const files = { corpus: path, queries: '', judgements: '' };
    return parseDataset({ name: basename(dirname(resolve(path))), corpus: corpus ?? '', files });
  }

  const files = {
    corpus: join(path, 'corpus.jsonl'),
    queries: join(path, 'queries.jsonl'),
    judgements: join(path, 'qrels', `${split ?? 'test'}.tsv`),
  };
  const [corpus, queries, judgements] = await Promise.all([
    readText(files.corpus),
    readText(files.queries),
    readText(files.judgements),
  ]);
  if (corpus === undefined) throw new ChelatedError('not_found', `${path} has no corpus.jsonl; expected BEIR's layout`);
  if (split !== undefined && judgements === undefined) {
    throw new ChelatedError('not_found', `${path} has no split "${split}"; it has ${await splitsOf(path)}`);
  }
  if (judgements !== undefined && queries === undefined) {
    throw new ChelatedError('not_found', `${path} has judgements but no queries.jsonl; expected BEIR's layout`);
  }
  return parseDataset({
    name: basename(resolve(path)),
    corpus,
    ...(queries !== undefined && { queries }),
    ...(judgements !== undefined && { judgements }),
    files,
  });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ChelatedError('invalid_input', `${path} cannot be read: ${why}`, { cause });
  }
}

async function splitsOf(path: string): Promise<string> {
  const found = await readdir(join(path, 'qrels')).catch(() => []);
  const splits = found.filter((file) => file.endsWith('.tsv')).map((file) => file.slice(0, -'.tsv'.length));
  return splits.length > 0 ? splits.sort().join(', ') : 'no qrels/*.tsv';
}

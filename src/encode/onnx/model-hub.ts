import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { ChelatedError } from '../../errors.ts';
import type { ModelFiles } from './model-files.ts';
import { parseJson } from './parse-json.ts';

export interface HubOptions {
  /** Branch, tag or commit. */
  readonly revision?: string;
  /** Where files are kept; by default chelated/models in the user's cache folder. */
  readonly directory?: string;
  /** By default HF_ENDPOINT, or the public hub. */
  readonly hubUrl?: string;
  /** By default HF_TOKEN; only private and gated models need one. */
  readonly accessToken?: string;
  /** Ask nobody: what is not on disk is not there. By default HF_HUB_OFFLINE. */
  readonly offline?: boolean;
}

const listing = z.object({
  revision: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string().optional() })),
});

type Listing = z.output<typeof listing>;

/**
 * A model on the Hugging Face hub. Each file is downloaded when it is first read, checked and kept; a model whose files
 * are on disk opens without a network.
 *
 * @throws {ChelatedError} not_found for a model or file that the hub does not have, backend_failed when it cannot be reached
 */
export async function modelHub(name: string, options: HubOptions = {}): Promise<ModelFiles> {
  const directory =
    options.directory ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'chelated', 'models');
  const folder = join(directory, name.replaceAll('/', '--'));
  const { revision, files } = await list(name, folder, options);
  return {
    name,
    revision,
    files,
    read: async (path) => {
      const file = files.find((each) => each.path === path);
      if (!file) throw new ChelatedError('not_found', `model ${name} has no ${path} on the hub`);
      const kept = join(folder, revision, path);
      const isKept = await stat(kept).then(
        ({ size }) => size === file.bytes,
        () => false,
      );
      if (!isKept) await download(name, revision, file, kept, options);
      return readFile(kept);
    },
  };
}

/** The model's files at a revision: as the hub says, or as it said when it was last reached. */
async function list(name: string, folder: string, options: HubOptions): Promise<Listing> {
  const { revision = 'main' } = options;
  const kept = join(folder, `${encodeURIComponent(revision)}.json`);
  const read = () => readFile(kept, 'utf8').then((json) => parseJson(listing, json, kept));
  // A commit never changes; a branch is asked for again.
  if (/^[0-9a-f]{40}$/.test(revision) || isOffline(options)) {
    const known = await read().catch(() => undefined);
    if (known) return known;
  }
  try {
    const hub = await client(options);
    const { sha } = await hub.modelInfo({ name, revision, additionalFields: ['sha'], ...hub.params });
    const files: Listing['files'] = [];
    for await (const entry of hub.listFiles({ repo: name, revision: sha, recursive: true, ...hub.params })) {
      // Paths become paths on disk: none may lead out of the model's folder.
      if (entry.type !== 'file' || entry.path.split(/[/\\]/).includes('..')) continue;
      files.push({ path: entry.path, bytes: entry.size, ...(entry.lfs && { sha256: entry.lfs.oid }) });
    }
    await mkdir(folder, { recursive: true });
    await replaceFile(kept, (draft) => writeFile(draft, JSON.stringify({ revision: sha, files })));
    return { revision: sha, files };
  } catch (error) {
    const failure = failed(`model ${name} at ${revision}`, error);
    // A hub that is away does not keep a model that is on disk from opening; one that says no does.
    if (failure.code === 'backend_failed') return await read().catch(() => Promise.reject(failure));
    throw failure;
  }
}

async function download(
  name: string,
  revision: string,
  file: Listing['files'][number],
  to: string,
  options: HubOptions,
) {
  const what = `${file.path} of model ${name}`;
  try {
    const hub = await client(options);
    const blob = await hub.downloadFile({ repo: name, path: file.path, revision, ...hub.params });
    if (!blob) throw new ChelatedError('not_found', `${what} is not on the hub any more`);
    await mkdir(dirname(to), { recursive: true });
    await replaceFile(to, async (draft) => {
      await pipeline(Readable.from(blob.stream()), createWriteStream(draft));
      await check(draft, file, what);
    });
  } catch (error) {
    throw failed(what, error);
  }
}

async function check(path: string, { bytes, sha256 }: Listing['files'][number], what: string): Promise<void> {
  const { size } = await stat(path);
  if (size !== bytes)
    throw new ChelatedError('backend_failed', `${what}: expected ${bytes} bytes, got ${size}; try again`);
  if (sha256 === undefined) return;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  if (hash.digest('hex') !== sha256) {
    throw new ChelatedError('backend_failed', `${what} does not have the checksum that the hub says; try again`);
  }
}

/** All of it or nothing, also when two processes download the same file. */
async function replaceFile(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await write(draft);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Loaded on the first use: nobody who stays on disk needs it. */
async function client(options: HubOptions) {
  if (isOffline(options)) throw new ChelatedError('backend_failed', 'offline (HF_HUB_OFFLINE)');
  const { modelInfo, listFiles, downloadFile } = await import('@huggingface/hub');
  const accessToken = options.accessToken ?? process.env.HF_TOKEN;
  const hubUrl = options.hubUrl ?? process.env.HF_ENDPOINT;
  return {
    modelInfo,
    listFiles,
    downloadFile,
    params: { ...(accessToken && { accessToken }), ...(hubUrl && { hubUrl }) },
  };
}

function isOffline({ offline = ['1', 'true'].includes(process.env.HF_HUB_OFFLINE ?? '') }: HubOptions): boolean {
  return offline;
}

function failed(what: string, cause: unknown): ChelatedError {
  if (cause instanceof ChelatedError && cause.code !== 'backend_failed') return cause;
  const status = typeof cause === 'object' && cause !== null && 'statusCode' in cause ? cause.statusCode : undefined;
  // The hub answers 401 for models that are not there, so as not to tell which are private.
  if (status === 404 || status === 401 || status === 403) {
    const hint = 'check the name; a private or gated model needs HF_TOKEN';
    return new ChelatedError('not_found', `the hub has no ${what} for you (status ${status}); ${hint}`, { cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ChelatedError('backend_failed', `cannot get ${what} from the hub: ${reason}`, { cause });
}

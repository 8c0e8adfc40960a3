import type { Command } from 'commander';
import { ChelatedError } from '../errors.ts';
import { writeSnapshot } from '../store/snapshot.ts';
import { databasePath } from '../store/sqlite/database-path.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import type { CollectionStore, Store } from '../store/store.ts';
import { options } from './options.ts';
import { columns, print } from './print.ts';
import { progress } from './progress.ts';
import { assertWritable, writeFile } from './write-file.ts';

interface SnapshotCommandOptions {
  readonly data: string;
  readonly collection?: string;
  readonly out: string;
  readonly json?: boolean;
}

/** `chelated snapshot`: a collection as one file, to be served where there is no disk. */
export function snapshotCommand(program: Command): void {
  program
    .command('snapshot')
    .description('write a collection and the adapter that serves it as one file, for edges without a disk')
    .addOption(options.data())
    .option('--collection <NAME>', 'which one (default: the only one)')
    .requiredOption('--out <FILE>', 'file of the snapshot')
    .addOption(options.json())
    .addHelpText('after', '\nExample:\n  chelated snapshot --data .chelated --out docs.snapshot')
    .action(run);
}

async function run({ data, collection: name, out, json = false }: SnapshotCommandOptions): Promise<void> {
  await assertWritable(out);
  const display = progress({ silent: json });
  const store = await openSqliteStore(await databasePath(data), { access: 'view' });
  try {
    const collection = await find(store, name);
    const onProgress = (done: number, total: number) => display.show('reading documents', done / total);
    const bytes = await writeSnapshot(collection, { onProgress });
    await writeFile(out, bytes);
    const { serving: generation } = await collection.state();
    const { name: found, student } = collection.identity;
    const documents = await collection.count();
    const document = { out, bytes: bytes.length, collection: found, student, documents, generation };
    print(json, document, () => columns(Object.entries(document)));
  } finally {
    display.stop();
    await store.close();
  }
}

async function find(store: Store, name: string | undefined): Promise<CollectionStore> {
  const names = await store.names();
  const found = await store.find(name ?? (names.length === 1 ? names[0]! : ''));
  if (found) return found;
  const asked = name === undefined ? 'no --collection was named' : `there is no collection ${JSON.stringify(name)}`;
  throw new ChelatedError(
    'not_found',
    `${asked}; there ${names.length === 1 ? 'is' : 'are'}: ${names.join(', ') || 'none'}`,
  );
}

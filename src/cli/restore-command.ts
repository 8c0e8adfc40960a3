import type { Command } from 'commander';
import { makeDatabasePath } from '../store/sqlite/database-path.ts';
import { restoreDatabase } from '../store/sqlite/restore-database.ts';
import { options } from './options.ts';
import { columns, print } from './print.ts';
import { progress } from './progress.ts';

interface RestoreOptions {
  readonly from: string;
  readonly data: string;
  readonly json?: boolean;
}

/** `chelated restore`: a backup in the place of the database. */
export function restoreCommand(program: Command): void {
  program
    .command('restore')
    .description('put a backup in the place of the database, which is kept aside')
    .requiredOption('--from <FILE>', 'what chelated backup wrote')
    .addOption(options.data())
    .addOption(options.json())
    .addHelpText('after', '\nExample:\n  chelated restore --from backup.db --data .chelated')
    .action(run);
}

async function run({ from, data, json = false }: RestoreOptions): Promise<void> {
  const path = await makeDatabasePath(data);
  if (!json) progress().note(`checking and copying ${from}`);
  const restored = await restoreDatabase(from, path);
  const document = { database: path, ...restored };
  print(json, document, () => columns(Object.entries(document)));
}

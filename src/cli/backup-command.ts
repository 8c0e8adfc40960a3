import type { Command } from 'commander';
import { backupDatabase } from '../store/sqlite/backup-database.ts';
import { databasePath } from '../store/sqlite/database-path.ts';
import { options } from './options.ts';
import { columns, print } from './print.ts';
import { progress } from './progress.ts';
import { assertWritable } from './write-file.ts';

interface BackupOptions {
  readonly data: string;
  readonly out: string;
  readonly json?: boolean;
}

/** `chelated backup`: a copy of the database, while it is in use. */
export function backupCommand(program: Command): void {
  program
    .command('backup')
    .description('copy the database to one file, also while a server uses it')
    .addOption(options.data())
    .requiredOption('--out <FILE>', 'file of the backup; one that is there is replaced')
    .addOption(options.json())
    .addHelpText('after', '\nExample:\n  chelated backup --data .chelated --out backup.db')
    .action(run);
}

async function run({ data, out, json = false }: BackupOptions): Promise<void> {
  const path = await databasePath(data);
  await assertWritable(out);
  if (!json) progress().note(`copying ${path}`);
  const backup = await backupDatabase(path, out);
  const document = { out, ...backup };
  print(json, document, () => columns(Object.entries(document)));
}

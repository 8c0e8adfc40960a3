import { type Command, Option } from 'commander';
import { readAdapter } from '../adapter/read-adapter.ts';
import { config } from '../config.ts';
import { hostAdapter } from '../host/host-adapter.ts';
import { hostStudent } from '../host/host-student.ts';
import { loadKernels } from '../kernels/load.ts';
import { print } from './print.ts';
import { readAdapterFile } from './read-adapter-file.ts';
import { readStaticStudent } from './read-static-student.ts';
import { assertWritable, writeFile } from './write-file.ts';

interface ExportOptions {
  readonly format: 'host';
  readonly out: string;
  readonly adapter?: string;
  readonly student: string;
  readonly json?: boolean;
}

/** `chelated export`: a student or an adapter as other programs read it. */
export function exportCommand(program: Command): void {
  program
    .command('export')
    .description('write an adapter, or else a static student, as other programs read it')
    .addOption(
      new Option('--format <FORMAT>', 'host: a file for Go, Rust, Python and Java').choices(['host']).default('host'),
    )
    .requiredOption('--out <PATH>', 'the file that is written')
    .option('--adapter <FILE.onnx>', 'the adapter; without it the student is written')
    .option('--student <ID>', 'static, or a student folder', config.student)
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  chelated export --out student.chelated\n  chelated export --adapter adapter.onnx --out adapter.chelated',
    )
    .action(exportFile);
}

async function exportFile({ format, out, adapter, student, json = false }: ExportOptions): Promise<void> {
  await assertWritable(out);
  const bytes = adapter
    ? await hostAdapter(await readAdapter(await readAdapterFile(adapter)))
    : await hostStudent(await readStaticStudent(student), await loadKernels());
  await writeFile(out, bytes);
  print(json, { out, format, bytes: bytes.length }, () => `${out}: ${bytes.length} bytes`);
}

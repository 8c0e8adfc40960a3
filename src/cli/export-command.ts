import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { readAdapter } from '../adapter/read-adapter.ts';
import { config } from '../config.ts';
import { readNamedStudent, shippedStudents } from '../encode/student-folder.ts';
import { hostAdapter } from '../host/host-adapter.ts';
import { hostStudent } from '../host/host-student.ts';
import { model2vecFiles } from '../host/model2vec-files.ts';
import { loadKernels } from '../kernels/load.ts';
import { print } from './print.ts';
import { readAdapterFile } from './read-adapter-file.ts';
import { assertWritable, makeFolder, writeFile } from './write-file.ts';

interface ExportOptions {
  readonly format: 'host' | 'model2vec';
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
      new Option(
        '--format <FORMAT>',
        'host: a file for Go, Rust, Python and Java; model2vec: a folder, adapter and student in one, without a context gate',
      )
        .choices(['host', 'model2vec'])
        .default('host'),
    )
    .requiredOption('--out <PATH>', 'the file, or the folder, that is written')
    .option('--adapter <FILE.onnx>', 'the adapter; without it the student is written')
    .option('--student <ID>', `${shippedStudents.join(', ')}, or a student folder`, config.student)
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  chelated export --out student.chelated\n  chelated export --adapter adapter.onnx --out adapter.chelated',
    )
    .action(exportFile);
}

async function exportFile({ format, out, adapter, student, json = false }: ExportOptions): Promise<void> {
  const asFolder = format === 'model2vec';
  if (asFolder) await makeFolder(out);
  else await assertWritable(out);
  const { files, leftOut } = await content({ format, adapter, student });
  for (const [name, bytes] of files) await writeFile(asFolder ? join(out, name) : out, bytes);
  const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
  const without = leftOut && `, without the ${leftOut}`;
  print(json, { out, format, bytes, ...(leftOut && { left_out: leftOut }) }, () => `${out}: ${bytes} bytes${without}`);
}

/** File name → content, where a host file has no name of its own, and what of the student is not in it. */
async function content({ format, adapter, student }: Pick<ExportOptions, 'format' | 'adapter' | 'student'>) {
  const read = adapter === undefined ? null : await readAdapter(await readAdapterFile(adapter));
  if (format === 'host' && read) return { files: new Map([['', await hostAdapter(read)]]), leftOut: '' };
  const [files, kernels] = [await readNamedStudent(student), await loadKernels()];
  if (format === 'host') return { files: new Map([['', await hostStudent(files, kernels)]]), leftOut: '' };
  return { files: await model2vecFiles(files, read, kernels), leftOut: files.gate ? 'context gate' : '' };
}

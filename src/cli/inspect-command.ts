import type { Command } from 'commander';
import { gateLine, signalsLine } from '../adapter/gate-line.ts';
import { readAdapter } from '../adapter/read-adapter.ts';
import { columns, print } from './print.ts';
import { readAdapterFile } from './read-adapter-file.ts';

/** `chelated inspect`: what an adapter file says of itself. */
export function inspectCommand(program: Command): void {
  program
    .command('inspect')
    .description('show the card of an adapter file, after checking all of the file')
    .argument('<FILE.onnx>')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  chelated inspect adapter.onnx')
    .action(async (path: string, { json = false }: { json?: boolean }) => {
      const bytes = await readAdapterFile(path);
      const { card, hash } = await readAdapter(bytes);
      print(json, { file: path, bytes: bytes.length, hash, card }, () => {
        const { fit, gate, ...plain } = card;
        const lines = [columns([['file', path], ['bytes', bytes.length], ['hash', hash], ...Object.entries(plain)])];
        lines.push('', 'fit', columns(Object.entries(fit)), '', 'gate');
        lines.push(gate ? `${gateLine(gate)}\n${signalsLine(gate)}` : 'not asked');
        return lines.join('\n');
      });
    });
}

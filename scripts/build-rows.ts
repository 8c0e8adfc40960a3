// Writes rows of the laboratory's commands as results/rows keeps them for --against: without the figures of single queries
// and without local paths.
//   node scripts/bun.mjs scripts/build-rows.ts lab/compare.jsonl … > results/rows/compare.jsonl
import { readFile } from 'node:fs/promises';
import { keptLine } from '../src/lab/kept-line.ts';

for (const path of process.argv.slice(2)) {
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    if (line !== '') process.stdout.write(`${JSON.stringify(keptLine(JSON.parse(line)))}\n`);
  }
}

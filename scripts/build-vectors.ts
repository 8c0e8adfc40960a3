// Writes the golden vectors, test/vectors/, of the kernels from the f64 reference and of host files: bun scripts/build-vectors.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadKernels } from '../src/kernels/load.ts';
import { goldenFiles } from '../test/host/golden-files.ts';
import { vectorFiles } from '../test/kernels/vector-file.ts';

const folder = new URL('../test/vectors/', import.meta.url);
const hostFiles = await goldenFiles(await loadKernels());
mkdirSync(new URL('host/', folder), { recursive: true });
let bytes = 0;
for (const [name, content] of [
  ...vectorFiles(),
  ...Array.from(hostFiles, ([name, file]) => [`host/${name}`, file] as const),
]) {
  writeFileSync(new URL(name, folder), content);
  bytes += content.length;
}
console.log(`test/vectors: ${(bytes / 1000).toFixed(0)} kB`);

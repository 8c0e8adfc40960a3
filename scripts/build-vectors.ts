// Writes the golden vectors of the kernels, test/vectors/*.json, from the f64 reference: bun scripts/build-vectors.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { vectorFiles } from '../test/kernels/vector-file.ts';

const folder = new URL('../test/vectors/', import.meta.url);
mkdirSync(folder, { recursive: true });
let bytes = 0;
for (const [name, text] of vectorFiles()) {
  writeFileSync(new URL(name, folder), text);
  bytes += text.length;
}
console.log(`test/vectors: ${(bytes / 1000).toFixed(0)} kB`);

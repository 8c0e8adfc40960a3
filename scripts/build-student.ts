// Writes assets/student, the student that is shipped: what `chelated student` makes of all-MiniLM-L6-v2 and WordNet.
//   CHELATED_MODELS=… node scripts/bun.mjs scripts/build-student.ts [--teacher all-MiniLM-L6-v2] [--limit NUMBER] [--cache .chelated/embeddings] [--out assets/student] [--raw] [--f32 TABLE.npy]
// The same files on every run. --raw writes the token table before it has learned, a
// folder for comparisons, not shipped; --f32 also the rows before they are rounded to int8.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { config } from '../src/config.ts';
import { writeNpy } from '../src/encode/npy.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { buildStudent } from '../src/student/build-student.ts';
import { writeStudentFolder } from '../src/student/write-student-folder.ts';

const { values: options } = parseArgs({
  options: {
    teacher: { type: 'string', default: config.teacher },
    limit: { type: 'string' },
    cache: { type: 'string', default: join(config.dataDirectory, 'embeddings') },
    out: { type: 'string', default: join(import.meta.dirname, '../assets/student') },
    raw: { type: 'boolean', default: false },
    f32: { type: 'string' },
  },
});
const { teacher, limit, out, raw, cache } = options;
let last = '';
const { files, made } = await buildStudent({
  ...{ kernels: await loadKernels(), teacher, raw, cache },
  ...(limit !== undefined && { limit: Number(limit) }),
  ...{ id: raw ? `${config.student}-raw` : config.student, revision: raw ? '1' : '6', licence: 'Apache-2.0' },
  onProgress: (step, share) => {
    const line = `${step} ${Math.floor(share * 100)} %`;
    if (line !== last) process.stderr.write(`${line}\n`);
    last = line;
  },
});
await writeStudentFolder(out, files);
if (options.f32 !== undefined && made) await writeFile(options.f32, writeNpy(made.rows));
console.log(`${out}: table ${files.table.length} bytes, tokenizer ${files.tokenizer.length} bytes\n${files.card}`);

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StudentFiles } from '../encode/static-student.ts';

/** Writes a student folder; the card last, since it is what says that the others are whole. */
export async function writeStudentFolder(
  folder: string,
  { card, tokenizer, table, basis, gate }: StudentFiles,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'table.safetensors'), table);
  for (const [name, bytes] of [
    ['basis.safetensors', basis],
    ['gate.safetensors', gate],
  ] as const) {
    if (bytes) await writeFile(join(folder, name), bytes);
    else await rm(join(folder, name), { force: true });
  }
  await writeFile(join(folder, 'tokenizer.json'), tokenizer);
  await writeFile(join(folder, 'card.json'), card);
}

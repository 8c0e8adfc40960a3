import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StudentFiles } from '../encode/static-student.ts';
import { readStudentCard } from '../encode/student-card.ts';
import { studentNotice } from '../encode/student-notice.ts';

/** Writes a student folder, with a NOTICE where the card names a licence; the card last, since it is what says that the others are whole. */
export async function writeStudentFolder(
  folder: string,
  { card, tokenizer, table, basis, gate }: StudentFiles,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'table.safetensors'), table);
  for (const [name, content] of [
    ['basis.safetensors', basis],
    ['gate.safetensors', gate],
    ['NOTICE', studentNotice(readStudentCard(card))],
  ] as const) {
    if (content) await writeFile(join(folder, name), content);
    else await rm(join(folder, name), { force: true });
  }
  await writeFile(join(folder, 'tokenizer.json'), tokenizer);
  await writeFile(join(folder, 'card.json'), card);
}

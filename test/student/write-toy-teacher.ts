import { libraryTokenizer } from '../../src/encode/library-tokenizer.ts';
import { random } from '../../src/random.ts';
import { tokenizerJson, words } from '../encode/onnx/toy-model.ts';
import { writeToyModel } from '../encode/onnx/write-toy-model.ts';

/** A toy transformer on disk whose vectors of words go any way, and the rows of its tokens (V × 8). */
export async function writeToyTeacher(folder: string, tokenizer: object = tokenizerJson): Promise<number[][]> {
  const { normal } = random(4);
  const { vocabularySize } = await libraryTokenizer(JSON.stringify(tokenizer));
  const table = Array.from({ length: vocabularySize }, () => Array.from({ length: 8 }, normal));
  await writeToyModel(folder, { table, maxTokens: 64, files: { 'tokenizer.json': tokenizer } });
  return table;
}

/** Texts of two to six words, the toy's own or others. */
export function wordTexts(count: number, pool: readonly string[] = words): string[] {
  const { integer } = random(5);
  const text = () => Array.from({ length: 2 + integer(5) }, () => pool[integer(pool.length)]).join(' ');
  return Array.from({ length: count }, text);
}

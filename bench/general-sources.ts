// Free text that npm packages have, for bench/general-texts.bench.ts: texts in random order.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { random } from '../src/random.ts';

/** Words and the first 40 words of what they mean. */
export async function readWebster(folder: string, seed: number): Promise<string[]> {
  const pairs = JSON.parse(await readFile(join(folder, 'kv-pairs.json'), 'utf8')) as { key: string; value: string }[];
  const texts = pairs.map(
    ({ key, value }) => `${key}: ${value.replace(/\s+/g, ' ').split(' ').slice(0, 40).join(' ')}`,
  );
  return random(seed).shuffle(texts);
}

/** Runs of sentences, of 60 words and more. */
export async function readSpeeches(folder: string, seed: number): Promise<string[]> {
  const files = (await readdir(join(folder, 'data'))).filter((file) => file.endsWith('.txt')).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, 'data', file), 'utf8')));
  return random(seed).shuffle(texts.flatMap((text) => runsOf(text.replace(/\s+/g, ' '))));
}

function runsOf(text: string): string[] {
  const runs: string[] = [];
  let run = '';
  for (const sentence of text.split(/(?<=[.?!]) /)) {
    run = `${run} ${sentence}`.trim();
    if (run.split(' ').length < 60) continue;
    runs.push(run);
    run = '';
  }
  return runs;
}

/** Names and descriptions. */
export async function readWeaknesses(folder: string, seed: number): Promise<string[]> {
  const file = await readFile(join(folder, 'raw/cwe-dictionary.json'), 'utf8');
  const entries = Object.values(JSON.parse(file) as Record<string, Record<string, unknown>>);
  const texts = entries.flatMap((entry) => {
    const description = entry.Description;
    const name = Object(entry.attr)['@_Name'];
    return typeof description === 'string' ? [`${name ?? ''}: ${description}`.replace(/\s+/g, ' ')] : [];
  });
  return random(seed).shuffle(texts);
}

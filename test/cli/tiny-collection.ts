import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '../../src/encode/npy.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';

const words = (
  'river engine bread judge violin doctor planet wheat water motor flour court piano nurse star farm stream wheel oven ' +
  'law choir fever moon cow flood gear yeast trial song pill orbit plough bank brake butter jury drum wound comet barn ' +
  'bridge fuel salt crime melody heart telescope harvest boat road dough prison concert blood sky soil glass paper stone ' +
  'horse window garden letter king winter shoe tiger candle mirror pepper carpet dragon button feather anchor basket ' +
  'hammer ladder pillow rocket saddle tunnel whistle zebra'
).split(' ');
/** Concept i has two names, by the teacher's rule alone: the student cannot know from the words that they mean the same. */
const concepts = words.length >> 1;
const names = (concept: number) => [words[concept]!, words[concept + concepts]!] as const;

const dims = 24;
const distinct = 4;
/** Queries of the train split, and how many of them ask for a document that a test query asks for too. */
const train = { queries: 40, shared: 10 };

/**
 * A judged collection in a folder of its own. A document says the same thing twice, in either name; a query says it in
 * the second names, of the test split three of its document's concepts, of the train split the other three. The teacher's vectors (`teacher.npy`, `asked.npy` of the queries) know the concepts; `noise.npy` are vectors that know nothing.
 */
export async function tinyCollection(documents = 200, queries = 40) {
  const folder = await mkdtemp(join(tmpdir(), 'chelated-cli-'));
  const { shuffle, normal } = random(7);
  const all = Array.from({ length: concepts }, (_, i) => i);
  const about = Array.from({ length: documents }, () => shuffle(all.slice()).slice(0, distinct));
  const said = (of: readonly number[], name: 0 | 1) => of.map((concept) => names(concept)[name]).join(' ');
  const texts = about.map((of) => `The ${said(of, 0)}. A ${said(of, 1)}.`);
  const first = queries - train.shared;
  const questions = [
    ...about.slice(0, queries).map((of, i) => ({ about: of.slice(0, -1), document: i, split: 'test' })),
    ...about
      .slice(first, first + train.queries)
      .map((of, i) => ({ about: of.slice(1), document: first + i, split: 'train' })),
  ];

  await mkdir(join(folder, 'qrels'));
  const lines = (records: readonly object[]) => `${records.map((record) => JSON.stringify(record)).join('\n')}\n`;
  await writeFile(join(folder, 'corpus.jsonl'), lines(texts.map((text, i) => ({ _id: `d${i}`, title: '', text }))));
  await writeFile(
    join(folder, 'queries.jsonl'),
    lines(questions.map(({ about }, i) => ({ _id: `q${i}`, text: said(about, 1) }))),
  );
  for (const split of ['test', 'train']) {
    const judgements = questions.map((asks, i) => (asks.split === split ? `q${i}\td${asks.document}\t1\n` : ''));
    await writeFile(join(folder, 'qrels', `${split}.tsv`), `query-id\tcorpus-id\tscore\n${judgements.join('')}`);
  }

  const gaussian = (rows: number) => matrix(rows, dims, Float32Array.from({ length: rows * dims }, normal));
  const meaning = gaussian(concepts);
  const taught = (of: readonly (readonly number[])[]): Matrix => {
    const T = matrix(of.length, dims);
    of.forEach((list, i) => {
      for (const concept of list) for (let j = 0; j < dims; j++) T.data[i * dims + j]! += row(meaning, concept)[j]!;
    });
    return T;
  };
  await writeFile(join(folder, 'teacher.npy'), writeNpy(taught(about)));
  await writeFile(join(folder, 'asked.npy'), writeNpy(taught(questions.map(({ about }) => about))));
  await writeFile(join(folder, 'noise.npy'), writeNpy(gaussian(documents)));
  return {
    folder,
    file: (name: string) => join(folder, name),
    texts,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

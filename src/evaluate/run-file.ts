import { ChelatedError } from '../errors.ts';
import { lines } from './lines.ts';
import { type RankedList, type Run, rank } from './ranking.ts';

/**
 * Lines of a TREC run, `qid Q0 docid rank score tag`, ranks from 1, each line ended.
 * Scores are written so that they read back to the same f32.
 *
 * @throws {ChelatedError} invalid_input for an id or tag with white space, which the format cannot hold
 * @example
 * const run = new Map([['q1', { ids: ['b', 'a'], scores: new Float32Array([0.5, 0.25]) }]]);
 * [...runLines(run, 'mine')].join(''); // => 'q1 Q0 b 1 0.5 mine\nq1 Q0 a 2 0.25 mine\n'
 */
export function* runLines(run: Run, tag = 'chelated'): Generator<string> {
  assertWord(tag, 'tag');
  for (const [query, { ids, scores }] of run) {
    assertWord(query, 'query id');
    for (let i = 0; i < ids.length; i++) {
      assertWord(ids[i]!, 'document id');
      yield `${query} Q0 ${ids[i]} ${i + 1} ${scores[i]} ${tag}\n`;
    }
  }
}

/**
 * A run from the text of a TREC run file. The order is trec_eval's, by score and document id: the rank column is ignored.
 *
 * @throws {ChelatedError} invalid_input naming file and line
 */
export function parseRun(text: string, file = 'run'): Run {
  const found = new Map<string, { ids: string[]; scores: number[] }>();
  for (const { number, line } of lines(text)) {
    const [query, , document, , score, ...rest] = line.trim().split(/\s+/);
    const value = Number(score);
    if (!query || !document || Number.isNaN(value) || rest.length !== 1) {
      const got = JSON.stringify(line.slice(0, 80));
      throw new ChelatedError(
        'invalid_input',
        `${file}, line ${number}: expected "qid Q0 docid rank score tag", got ${got}`,
      );
    }
    const list = found.get(query) ?? { ids: [], scores: [] };
    list.ids.push(document);
    list.scores.push(value);
    found.set(query, list);
  }
  return new Map<string, RankedList>(Array.from(found, ([query, { ids, scores }]) => [query, rank(ids, scores)]));
}

function assertWord(text: string, what: string): void {
  if (text === '' || /\s/.test(text)) {
    throw new ChelatedError(
      'invalid_input',
      `a TREC run cannot hold the ${what} ${JSON.stringify(text)}; it must be one word`,
    );
  }
}

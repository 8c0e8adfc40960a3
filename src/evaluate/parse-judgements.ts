import { ChelatedError } from '../errors.ts';
import { lines } from './lines.ts';

/**
 * Judgements by query id, from `query-id <tab> corpus-id <tab> score` (BEIR, a header line is skipped) or from
 * trec_eval's `query 0 document grade`.
 *
 * @throws {ChelatedError} invalid_input, naming the file and the line
 */
export function parseJudgements(
  text: string,
  file: string,
): { judgements: Map<string, Map<string, number>>; repeated: number } {
  const judgements = new Map<string, Map<string, number>>();
  let repeated = 0;
  let first = true;
  for (const { number, line } of lines(text)) {
    const header = first && /^query-?_?id\t/i.test(line);
    first = false;
    if (header) continue;
    const [query, document, grade] = columns(line, `${file}, line ${number}`);
    const grades = judgements.get(query) ?? new Map<string, number>();
    if (grades.has(document)) repeated++;
    judgements.set(query, grades.set(document, grade));
  }
  return { judgements, repeated };
}

function columns(line: string, where: string): [query: string, document: string, grade: number] {
  const tabbed = line.split('\t');
  const parts = tabbed.length === 3 ? tabbed : line.trim().split(/\s+/);
  const [query, document, grade] = parts.length === 4 ? [parts[0], parts[2], parts[3]] : parts;
  const usable =
    (parts.length === 3 || parts.length === 4) && query && document && /^\s*[-+]?\d+\s*$/.test(grade ?? '');
  if (!usable) {
    throw new ChelatedError(
      'invalid_input',
      `${where}: expected "query-id <tab> corpus-id <tab> whole number", got ${JSON.stringify(line.slice(0, 80))}`,
    );
  }
  return [query, document, Number(grade)];
}

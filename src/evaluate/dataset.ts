import type { Grades } from './metrics.ts';
import { parseJudgements } from './parse-judgements.ts';
import { parseRecords } from './parse-records.ts';
import type { TextRecord } from './text-record.ts';

/** What a reader found that is not an error, but changes what is measured. */
export interface DatasetCounts {
  /** Documents whose id an earlier document has: they keep their position, and are never retrieved. */
  readonly repeatedDocuments: number;
  /** Queries whose id an earlier query has: they keep their position, and are not evaluated. */
  readonly repeatedQueries: number;
  /** Judgements of a query and document judged before: the last one counts. */
  readonly repeatedJudgements: number;
  /** Judgements that name a document that is not there: it still counts as relevant and not found. */
  readonly unknownDocuments: number;
  /** Judged queries that are not there: they are not evaluated. */
  readonly unknownQueries: number;
}

/** Documents, queries and judgements, each in the order of its file (vectors are matched to them by position). */
export interface Dataset {
  readonly name: string;
  readonly documents: readonly TextRecord[];
  readonly queries: readonly TextRecord[];
  /** By query id; every judgement of the split, also of grade 0 or less. */
  readonly judgements: ReadonlyMap<string, Grades>;
  readonly counts: DatasetCounts;
}

/** The files' contents in BEIR's layout. `queries` and `judgements` may be left out: a bare corpus. */
export interface DatasetSource {
  readonly name: string;
  /** Lines of {"_id", "title"?, "text"}. */
  readonly corpus: string;
  /** Lines of {"_id", "text"}. */
  readonly queries?: string;
  /** Lines of query id, document id, grade, separated by tabs; or trec_eval's four columns. */
  readonly judgements?: string;
  /** What messages call the three. */
  readonly files?: { readonly corpus: string; readonly queries: string; readonly judgements: string };
}

const names = { corpus: 'corpus.jsonl', queries: 'queries.jsonl', judgements: 'qrels' };

/**
 * A dataset from the contents of its files. The text of a record is title + " " + text, trimmed.
 *
 * @throws {ChelatedError} invalid_input, naming the file and the line
 * @example
 * const { documents, judgements } = parseDataset({
 *   name: 'tiny',
 *   corpus: '{"_id": "d1", "title": "Tides", "text": "rise and fall"}',
 *   queries: '{"_id": "q1", "text": "why does the sea rise"}',
 *   judgements: 'query-id\tcorpus-id\tscore\nq1\td1\t2',
 * });
 * documents[0].text; // => 'Tides rise and fall'
 * judgements.get('q1').get('d1'); // => 2
 */
export function parseDataset(source: DatasetSource): Dataset {
  const files = source.files ?? names;
  const documents = parseRecords(source.corpus, files.corpus);
  const queries = parseRecords(source.queries ?? '', files.queries);
  const { judgements, repeated } = parseJudgements(source.judgements ?? '', files.judgements);

  const documentIds = new Set(documents.map(({ id }) => id));
  const queryIds = new Set(queries.map(({ id }) => id));
  let unknownDocuments = 0;
  let unknownQueries = 0;
  for (const [query, grades] of judgements) {
    if (!queryIds.has(query)) unknownQueries++;
    for (const id of grades.keys()) if (!documentIds.has(id)) unknownDocuments++;
  }
  return {
    name: source.name,
    documents,
    queries,
    judgements,
    counts: {
      repeatedDocuments: documents.length - documentIds.size,
      repeatedQueries: queries.length - queryIds.size,
      repeatedJudgements: repeated,
      unknownDocuments,
      unknownQueries,
    },
  };
}

/** One line for each count that is not zero, for people. */
export function datasetWarnings({ name, counts }: Dataset): string[] {
  const lines: [number, string][] = [
    [counts.repeatedDocuments, 'documents repeat an earlier id and are never retrieved'],
    [counts.repeatedQueries, 'queries repeat an earlier id and are not evaluated'],
    [counts.repeatedJudgements, 'judgements repeat an earlier one; the last counts'],
    [counts.unknownDocuments, 'judgements name a document that is not in the corpus; they count as not found'],
    [counts.unknownQueries, 'judged queries are not in the queries file and are not evaluated'],
  ];
  return lines.filter(([count]) => count > 0).map(([count, what]) => `${name}: ${count} ${what}`);
}

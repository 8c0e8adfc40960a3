import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { datasetWarnings, parseDataset } from '../../src/evaluate/dataset.ts';
import { judgedQueries } from '../../src/evaluate/judged-queries.ts';

const jsonl = (records: readonly unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
const tiny = {
  name: 'tiny',
  corpus: jsonl([
    { _id: 'd1', title: 'Tides', text: 'rise and fall' },
    { _id: 'd2', text: 'stars' },
  ]),
  queries: jsonl([
    { _id: 'q1', text: 'sea' },
    { _id: 'q2', text: 'sky' },
  ]),
  judgements: 'query-id\tcorpus-id\tscore\nq2\td2\t1\nq1\td1\t0\n',
};

describe('parseDataset', () => {
  test('keeps records in the order of the file and joins title and text', () => {
    const text = fc.string({ unit: 'grapheme' });
    const record = fc.record(
      { _id: fc.string({ minLength: 1 }), title: text, text },
      { requiredKeys: ['_id', 'text'] },
    );
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const { documents } = parseDataset({ name: 'x', corpus: jsonl(records) });
        expect(documents).toEqual(
          records.map(({ _id, title, text: body }) => ({ id: _id, text: `${title ?? ''} ${body}`.trim() })),
        );
      }),
    );
  });

  test('reads a byte order mark, carriage returns, blank lines, a missing last newline and numeric ids', () => {
    const corpus = '\uFEFF{"_id": 7, "title": null, "text": " a "}\r\n\r\n{"_id": "8", "text": ""}';
    expect(parseDataset({ name: 'x', corpus }).documents).toEqual([
      { id: '7', text: 'a' },
      { id: '8', text: '' },
    ]);
  });

  test('reads judgements with and without a header, and in four columns', () => {
    for (const judgements of [tiny.judgements, 'q2\td2\t1\r\nq1\td1\t0', 'q2 0 d2 1\nq1 0 d1 0\n']) {
      const { judgements: read } = parseDataset({ ...tiny, judgements });
      expect(read).toEqual(
        new Map([
          ['q2', new Map([['d2', 1]])],
          ['q1', new Map([['d1', 0]])],
        ]),
      );
    }
  });

  test('takes ids with spaces where columns are separated by tabs', () => {
    const { judgements } = parseDataset({ ...tiny, judgements: 'q one\td two\t-1' });
    expect(judgements.get('q one')?.get('d two')).toBe(-1);
  });

  test('counts what repeats and what is unknown, and says so', () => {
    const dataset = parseDataset({
      ...tiny,
      corpus: tiny.corpus + jsonl([{ _id: 'd1', text: 'again' }]),
      queries: tiny.queries + jsonl([{ _id: 'q1', text: 'again' }]),
      judgements: 'q1\td1\t1\nq1\td1\t2\nq1\tnone\t1\nnobody\td2\t1\n',
    });
    expect(dataset.counts).toEqual({
      repeatedDocuments: 1,
      repeatedQueries: 1,
      repeatedJudgements: 1,
      unknownDocuments: 1,
      unknownQueries: 1,
    });
    expect(dataset.judgements.get('q1')?.get('d1')).toBe(2);
    expect(datasetWarnings(dataset)).toHaveLength(5);
    expect(datasetWarnings(parseDataset(tiny))).toEqual([]);
  });

  test('names the file and the line of what it cannot read', () => {
    const bad: [Partial<typeof tiny>, string][] = [
      [{ corpus: `${tiny.corpus}{"_id": "d3"` }, 'corpus.jsonl, line 3: not JSON'],
      [{ corpus: '[1]' }, 'corpus.jsonl, line 1: expected an object'],
      [{ corpus: '\n{"text": "no id"}' }, 'corpus.jsonl, line 2: "_id" must be'],
      [{ corpus: '{"_id": "d", "text": 3}' }, '"text" must be a string, got 3'],
      [{ corpus: '{"_id": "d", "title": 3, "text": ""}' }, '"title" must be a string, got 3'],
      [{ queries: '{"_id": "", "text": ""}' }, 'queries.jsonl, line 1: "_id" must be'],
      [{ judgements: 'q1\td1\t1\nq1\td1\n' }, 'qrels, line 2: expected "query-id'],
      [{ judgements: 'q1\td1\t0.5' }, 'qrels, line 1: expected "query-id'],
      [{ judgements: 'q1\td1\t1\nquery-id\tcorpus-id\tscore' }, 'qrels, line 2'],
    ];
    for (const [change, message] of bad) {
      const refusal = expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(message) });
      expect(() => parseDataset({ ...tiny, ...change })).toThrow(refusal);
    }
  });
});

describe('judgedQueries', () => {
  test('are those with a relevant document, in the order of the file, once each', () => {
    const dataset = parseDataset({
      ...tiny,
      queries: jsonl(['q3', 'q1', 'q2', 'q3', 'q0'].map((_id) => ({ _id, text: '' }))),
      judgements: 'q2\td2\t1\nq1\td1\t0\nq3\td1\t2\nq3\td2\t-1\nq9\td1\t1\n',
    });
    expect(judgedQueries(dataset)).toEqual([0, 2]);
  });
});

import { describe, expect, test } from 'bun:test';
import { parseOpenAiId } from '../../../src/encode/openai/open-openai.ts';
import { codeOf } from '../code-of.ts';

describe('parseOpenAiId', () => {
  test.each([
    ['openai:small', { model: 'small' }],
    ['openai:small?dimensions=256', { model: 'small', dimensions: 256 }],
    ['openai:a/b:c@http://localhost:8080/v1', { model: 'a/b:c', baseUrl: 'http://localhost:8080/v1' }],
    [
      'openai:@cf/baai/bge@https://h.example/v1?dimensions=8',
      { model: '@cf/baai/bge', baseUrl: 'https://h.example/v1', dimensions: 8 },
    ],
  ])('reads %s', (id, expected) => expect(parseOpenAiId(id)).toEqual(expected));

  test('throws invalid_input for anything else', () => {
    for (const id of ['openai:', 'openai:?dimensions=2', 'openai:m?dimensions=many']) {
      expect(codeOf(() => parseOpenAiId(id))).toBe('invalid_input');
    }
  });
});

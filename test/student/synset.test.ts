import { describe, expect, test } from 'bun:test';
import { parseSynsets } from '../../src/student/synset.ts';

const file = [
  '  1 This software and database is being provided to you, the LICENSEE, by',
  '00001740 03 n 01 entity 0 003 ~ 00001930 n 0000 | that which exists  ',
  '00002137 00 a 02 galore(ip) 0 a_plenty 1 001 & 00002312 a 0000 | in great numbers; "daffodils galore"; "she has friends"; used after',
  '',
].join('\n');

describe('parseSynsets', () => {
  test('passes over the licence and empty lines', () => {
    expect(parseSynsets(file, 'noun')).toHaveLength(2);
  });

  test('reads words without markers, the definition without examples, every example', () => {
    expect(parseSynsets(file, 'adj')[1]).toEqual({
      id: 'a00002137',
      words: ['galore', 'a plenty'],
      definition: 'in great numbers; used after',
      examples: ['daffodils galore', 'she has friends'],
    });
  });

  test('counts words in hexadecimal', () => {
    const words = Array.from({ length: 16 }, (_, i) => `w${i}`);
    const line = `00000001 03 n 10 ${words.map((word) => `${word} 0`).join(' ')} 000 | many`;
    expect(parseSynsets(line, 'noun')[0]?.words).toEqual(words);
  });
});

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { documentSides, searchedDocuments } from '../../src/cli/searched-documents.ts';
import { sampleCard } from '../adapter/samples.ts';

const card = (fit = {}) => ({ ...sampleCard({ kind: 'lexical', needs: 'tokens', dIn: 4, dOut: 4 }), fit });
const advice = fc.constantFrom({ documentSide: 'mixed', mixedZ: 5.8 }, { documentSide: 'corrected', mixedZ: null }, {});

describe('searchedDocuments', () => {
  test('a side that is asked for is searched, whatever the card says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...documentSides), advice, (asked, fit) => {
        if (asked !== 'advised') expect(searchedDocuments(asked, 'a teacher', card(fit)).searched).toBe(asked);
      }),
    );
  });

  test('without a wish the advice is taken where adapter and teacher are there, else corrected documents', () => {
    const { searched, because } = searchedDocuments(undefined, 't', card({ documentSide: 'mixed', mixedZ: 5.8 }));
    expect([searched, because]).toEqual(['mixed', expect.stringMatching(/^advised: .* z 5\.8, .* more than 4$/)]);
    expect(searchedDocuments(undefined, undefined, card({ documentSide: 'mixed' })).because).toContain('no --teacher');
    expect(searchedDocuments(undefined, 't', null).because).toContain('no adapter');
    fc.assert(
      fc.property(fc.option(fc.constant('t'), { nil: undefined }), fc.option(advice), (teacher, fit) => {
        const { searched } = searchedDocuments(undefined, teacher, fit && card(fit));
        expect(searched).toBe(teacher && fit && 'documentSide' in fit ? (fit.documentSide as 'mixed') : 'corrected');
      }),
    );
  });
});

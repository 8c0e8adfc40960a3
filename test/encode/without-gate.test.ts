import { expect, test } from 'bun:test';
import { withoutGate } from '../../src/encode/without-gate.ts';
import { gatedTinyStudent, tinyStudent } from './tiny-student.ts';

test('a student without its gate is the one that never had one, under another name, and says nothing of a gate', async () => {
  const { card, ...files } = await gatedTinyStudent();
  const about = JSON.parse(card);
  const trained = { ...about, provenance: { source: 'a teacher', contextGate: { kept: true, dims: 2 } } };
  const plain = withoutGate({ ...files, card: JSON.stringify(trained) }, { id: 'tiny' });
  const never = await tinyStudent();
  expect({ ...plain, card: JSON.parse(plain.card) }).toEqual({
    ...never,
    card: { ...JSON.parse(never.card), provenance: { source: 'a teacher' } },
  });
});

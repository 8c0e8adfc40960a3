import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { taughtMatrix } from '../../src/engine/teach.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { identity, initial, put, taught } from '../store/contract/subject.ts';

test('taughtMatrix has each document’s vector in its row, whatever the teacher knows beside or lacks', async () => {
  const count = 2 * config.engine.sliceDocuments + 3; // several pages
  const collection = await new MemoryStore().open(identity, initial);
  const rows = await put(collection, ...Array.from({ length: count }, (_, i) => `d${i}`));
  await fc.assert(
    fc.asyncProperty(fc.subarray(rows), fc.subarray(rows), fc.uuid(), async (asked, known, teacher) => {
      await collection.putTeacherVectors(teacher, taught(known.map((each) => [each, each])));
      const found = await taughtMatrix(collection, teacher, asked);
      if (known.length === 0) return expect(found).toBeNull();
      const said = new Set(known);
      expect(found!.known).toBe(asked.filter((each) => said.has(each)).length);
      expect([...found!.vectors.data]).toEqual(asked.map((each) => (said.has(each) ? each : 0)));
    }),
    { numRuns: 20 },
  );
});

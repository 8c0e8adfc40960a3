import { afterAll, describe, setDefaultTimeout, test } from 'bun:test';
import { storeCases } from './all-cases.ts';
import { memory, sqlite } from './subjects.ts';

setDefaultTimeout(60_000);

const database = await sqlite();
afterAll(() => database.remove());

for (const subject of [memory, database]) {
  describe(`Store (${subject.name})`, () => {
    for (const { title, run } of storeCases) test(title, () => run(subject));
  });
}

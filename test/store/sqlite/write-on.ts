// Writes pairs of documents to the database named, from the number given on, and says each number once it is acknowledged.
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { document, identity, initial } from '../contract/subject.ts';

const [path, first] = process.argv.slice(2);
const store = await openSqliteStore(path!);
const collection = await store.open(identity, initial);
await collection.indexWords();
for (let i = Number(first); ; i++) {
  // The pair before the last goes, so that deletes are met as well.
  await collection.write({
    upserts: [document(`${i}a`), document(`${i}b`)],
    deletes: [`${i - 2}a`, `${i - 2}b`],
  });
  await collection.commit({ state: { ...initial, cycles: i } });
  writeSync(1, `${i}\n`);
}

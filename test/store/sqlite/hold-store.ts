// Opens the database named, writes the documents named, says so, and stays until it is killed.
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { identity, initial, put } from '../contract/subject.ts';

const [path, ...ids] = process.argv.slice(2);
const store = await openSqliteStore(path!);
await put(await store.open(identity, initial), ...ids);
console.log('written');
setInterval(() => {}, 1000);

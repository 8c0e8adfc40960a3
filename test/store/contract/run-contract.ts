// The laws of the SQLite store on the runtime that runs this file; one JSON line: each title, and what broke it or null.
import { storeCases } from './all-cases.ts';
import { sqlite } from './subjects.ts';

const subject = await sqlite();
// Where there is no SQLite no law can be kept: say so, once.
await (await subject.open()).close();
const results: { title: string; broke: string | null }[] = [];
for (const { title, run } of storeCases) {
  const broke = await run(subject).then(
    () => null,
    (error: unknown) => String(error),
  );
  results.push({ title, broke });
}
await subject.remove();
console.log(JSON.stringify(results));

import { describe, expect, test } from 'bun:test';
import { allCases } from './all-cases.ts';
import type { CaseResult } from './device-case.ts';
import { missingDevice, runtimes } from './runtimes.ts';

// The device contract in every runtime, each on a WebGPU device of its own. A software device takes minutes, so it is asked
// for by name; once asked for, what cannot run fails.
const isWanted = process.env.CHELATED_GPU === '1';
const missing = isWanted ? await missingDevice() : null;
if (missing) throw new Error(`CHELATED_GPU=1: ${missing}`);

/** Most of a minute of compiling a shader is one core's: two groups at a time. */
const atOnce = 2;
const limitMs = 900_000;

const casesOf = (runtime: string) => allCases.filter(({ only = runtime }) => only === runtime);
const groups = [...new Set(allCases.map(({ group }) => group))];
const results = new Map<string, Promise<CaseResult[]>>();
if (isWanted) {
  const lanes: Promise<unknown>[] = Array.from({ length: atOnce }, () => Promise.resolve());
  groups
    .flatMap((group) => runtimes.map((runtime) => ({ group, runtime })))
    .filter(({ group, runtime }) => casesOf(runtime.name).some((each) => each.group === group))
    .forEach(({ group, runtime }) => {
      const lane = results.size % atOnce;
      const result = lanes[lane]!.then(() => runtime.run(group));
      lanes[lane] = result.catch(() => {});
      results.set(`${runtime.name} ${group}`, result);
    });
}

for (const { name } of runtimes) {
  describe.skipIf(!isWanted)(`devices on ${name}${isWanted ? '' : ' (skipped: CHELATED_GPU=1 is not set)'}`, () => {
    for (const { title, group } of casesOf(name)) {
      test(
        title,
        async () => {
          const found = await results.get(`${name} ${group}`);
          const ended = found!.find((result) => result.title === '');
          const result = found!.find((each) => each.title === title);
          expect(result?.error ?? (result ? null : (ended?.error ?? 'it did not run'))).toBeNull();
          console.error(`  ${name}, ${title}: ${result!.said} (${result!.seconds} s)`);
        },
        limitMs,
      );
    }
  });
}

import { describe, expect, test } from 'bun:test';
import { checked, examplesOf, root, runSnippet, sources } from './snippets.ts';

describe('docstring examples', async () => {
  for (const path of await sources('src')) {
    const examples = await examplesOf(path);
    examples.forEach((code, i) => {
      test(`${path} #${i + 1} runs and gives what it says`, async () => {
        const result = await runSnippet(checked(code, [path]), { cwd: root });
        if (result.code !== 0) console.error(result.output);
        expect(result.code).toBe(0);
      });
    });
  }
});

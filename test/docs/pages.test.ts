import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Glob } from 'bun';
import { chelated } from '../cli/chelated.ts';
import { checked, root, runSnippet, sources } from './snippets.ts';

// Programs of their own, on a machine that may be busy.
setDefaultTimeout(120_000);

const read = (path: string) => readFile(join(root, path), 'utf8');
const pages = [...new Glob('docs/*.md').scanSync({ cwd: root })].sort();

describe('pages of docs/', async () => {
  for (const page of pages) {
    const blocks = Array.from((await read(page)).matchAll(/^```ts\n([\s\S]*?)^```/gm), ([, code]) => code!);
    blocks.forEach((code, i) => {
      test(`${page}, TypeScript block ${i + 1} runs and gives what it says`, async () => {
        const { code: exit, output } = await runSnippet(checked(code, []), { cwd: root });
        if (exit !== 0) console.error(output);
        expect(exit).toBe(0);
      });
    });
  }

  test('link to files that are there', async () => {
    for (const page of [...pages, 'README.md']) {
      const links = Array.from((await read(page)).matchAll(/\]\((?!https?:|#)([^)#]+)/g), ([, link]) => link!);
      for (const link of links)
        expect([page, link, existsSync(join(root, dirname(page), link))]).toEqual([page, link, true]);
    }
  });
});

describe('commands in pages', () => {
  test('have the options that their help names', async () => {
    const helps = new Map<string, Set<string>>();
    const flags = (text: string) => Array.from(text.matchAll(/(?<!\S)--[a-z][a-z0-9-]*/g), ([flag]) => flag);
    for (const page of [...pages, 'README.md']) {
      const text = await read(page);
      const inline = text.matchAll(/`(?:npx )?chelated ([a-z-]+)( [^`]*)?`/g);
      const lines = text.matchAll(/^(?:\$ )?(?:npx )?chelated ([a-z-]+)(.*)$/gm);
      for (const [line, command, rest = ''] of [...inline, ...lines]) {
        if (!helps.has(command!)) {
          const { code, stdout } = await chelated(command!, '--help');
          expect([line, code]).toEqual([line, 0]);
          helps.set(command!, new Set(flags(stdout)));
        }
        expect([line, flags(rest).filter((flag) => !helps.get(command!)!.has(flag))]).toEqual([line, []]);
      }
    }
    expect(helps.size).toBeGreaterThan(5);
  });
});

describe('results/README.md', async () => {
  // A mark ² says with which revision a table was made; it is no part of its name.
  const headings = new Set(
    Array.from((await read('results/README.md')).matchAll(/^#+ (.+?)(?: ²)?$/gm), ([, heading]) => heading!),
  );
  const named = (text: string, before: RegExp) =>
    Array.from(text.replace(/\n\s*\*\s/g, ' ').matchAll(before)).flatMap(([list]) =>
      Array.from(list.matchAll(/“([^”]+)”/g), ([, heading]) => heading!),
    );

  test('has every table that src/config.ts names', async () => {
    const tables = named(await read('src/config.ts'), /tables? (?:“[^”]+”(?:, | and )?)+/g);
    expect(tables.length).toBeGreaterThan(20);
    expect(tables.filter((table) => !headings.has(table))).toEqual([]);
  });

  test('has every heading that sources and pages quote from it', async () => {
    for (const path of [...(await sources('src')), ...pages, 'README.md']) {
      const quoted = named(await read(path), /results\/README\.md\)?,(?: and)? (?:“[^”]+”(?:, | and )?)+/g);
      expect([path, quoted.filter((heading) => !headings.has(heading))]).toEqual([path, []]);
    }
  });
});

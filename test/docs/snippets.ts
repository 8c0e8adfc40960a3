import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Glob } from 'bun';

export const root = new URL('../..', import.meta.url).pathname;

/** Source files below a folder of the project, as paths from its root. */
export async function sources(folder: string): Promise<string[]> {
  const paths = await Array.fromAsync(new Glob(`${folder}/**/*.ts`).scan({ cwd: root }));
  return paths.filter((path) => !path.includes('/gen/')).sort();
}

/** The code of every `@example` in a file's docstrings. */
export async function examplesOf(path: string): Promise<string[]> {
  const text = await readFile(join(root, path), 'utf8');
  return Array.from(text.matchAll(/\/\*\*[\s\S]*?\*\//g)).flatMap(([comment]) =>
    comment
      .split(/^\s*\* @example[^\n]*\n/m)
      .slice(1)
      .map((part) =>
        part
          .split(/^\s*\* @\w+/m)[0]!
          .replace(/\s*\*\/\s*$/, '')
          .replace(/^\s*\* ?/gm, ''),
      ),
  );
}

/**
 * Turns a snippet into a module that also checks itself: `expression; // => value` must be equal as JSON.
 * Everything that `modules` export is in scope.
 */
export function checked(code: string, modules: readonly string[]): string {
  const imports = modules.map((path, i) => `import * as m${i} from ${JSON.stringify(join(root, path))};`).join('\n');
  const own = Array.from(code.matchAll(/^import .*$/gm), ([line]) => line).join('\n');
  const body = code.replace(/^import .*$/gm, '').replace(/^(\s*)(.+?);?\s*\/\/ => (.+)$/gm, '$1check($2, $3);');
  return `${imports}
${own}
function check(got, expected) {
  if (JSON.stringify(got) !== JSON.stringify(expected)) throw new Error('expected ' + JSON.stringify(expected) + ', got ' + JSON.stringify(got));
}
const scope = Object.assign({}, ${modules.map((_, i) => `m${i}`).join(', ')});
${names(code, modules)}
${body}
`;
}

/** `const { a, b } = scope` for the exported names that the snippet uses and does not import or declare itself. */
function names(code: string, modules: readonly string[]): string {
  if (modules.length === 0) return '';
  const declared = new Set(
    Array.from(
      code.matchAll(/(?:import|const|let|function|class)\s+[{[]?\s*([^=;()]+?)\s*[}\]]?\s*(?:=|from|\(|\{)/g),
    ).flatMap(([, list]) => list!.split(/[,\s]+/)),
  );
  const used = new Set(Array.from(code.matchAll(/[A-Za-z_$][\w$]*/g), ([name]) => name));
  const exported = modules.flatMap((path) => exportedNames(path));
  const wanted = [...new Set(exported)].filter((name) => used.has(name) && !declared.has(name));
  return wanted.length > 0 ? `const { ${wanted.join(', ')} } = scope;` : '';
}

const transpiler = new Bun.Transpiler({ loader: 'ts' });

function exportedNames(path: string): string[] {
  return transpiler.scan(readFileSync(join(root, path), 'utf8')).exports;
}

/** Runs a snippet as a program of its own, in a folder of its own. */
export async function runSnippet(
  code: string,
  options: { cwd?: string } = {},
): Promise<{ code: number; output: string }> {
  const folder = await mkdtemp(join(root, 'test/docs/.snippet-'));
  try {
    await writeFile(join(folder, 'snippet.ts'), code);
    const child = Bun.spawn([process.execPath, join(folder, 'snippet.ts')], {
      cwd: options.cwd ?? folder,
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [out, err, exit] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { code: exit, output: out + err };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

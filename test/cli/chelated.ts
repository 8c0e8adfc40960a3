import { join } from 'node:path';

const main = join(import.meta.dirname, '../../src/cli/main.ts');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const chelatedCommand = (...args: readonly string[]) => [process.execPath, main, ...args];

/** The real command, in a process of its own. */
export function spawnChelated(...args: readonly string[]) {
  return Bun.spawn(chelatedCommand(...args), { stdout: 'pipe', stderr: 'pipe', stdin: 'ignore' });
}

/** Runs it to its end. */
export async function chelated(...args: readonly string[]): Promise<Ended> {
  const child = spawnChelated(...args);
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, stdout, stderr };
}

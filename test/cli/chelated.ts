import { join } from 'node:path';

const main = join(import.meta.dirname, '../../src/cli/main.ts');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command, in a process of its own. */
export function spawnChelated(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const io = { stdout: 'pipe', stderr: 'pipe', stdin: 'ignore' } as const;
  return Bun.spawn([process.execPath, main, ...args], { ...io, env: { ...process.env, ...env } });
}

/** Runs it to its end. */
export async function chelated(...args: readonly string[]): Promise<Ended> {
  const child = spawnChelated(args);
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, stdout, stderr };
}

import { expect } from 'bun:test';
import { existsSync } from 'node:fs';

export interface Running {
  readonly url: string;
  /** Ends it as a service manager would. */
  stop(): Promise<void>;
}

/** Whether a binary is there and starts: where install scripts are blocked, or for a machine of another kind, there may be none. */
export function runs(binary: string): boolean {
  return (
    existsSync(binary) && Bun.spawnSync([binary, '--version'], { stdout: 'ignore', stderr: 'ignore' }).exitCode === 0
  );
}

/** `chelated serve` by this command, once it is ready. */
export async function readyServer(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Running & { log(): string }> {
  const child = Bun.spawn([...command], { env: { ...process.env, ...env }, stdout: 'pipe', stderr: 'pipe' });
  // Read to its end: a server whose log nobody takes any longer would end.
  let printed = '';
  const ready = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const chunk of child.stdout) {
      printed += new TextDecoder().decode(chunk);
      if (printed.includes('"ready"')) ready.resolve();
    }
    ready.resolve();
  })();
  await ready.promise;
  const url = /"url":"([^"]+)"/.exec(printed)?.[1];
  if (!url || !printed.includes('"ready"')) {
    throw new Error(`${command[0]} did not start: ${printed}${await new Response(child.stderr).text()}`);
  }
  return {
    log: () => printed,
    url: url.replace('0.0.0.0', '127.0.0.1'),
    stop: async () => {
      child.kill('SIGTERM');
      expect(await child.exited).toBe(0);
      await reading;
    },
  };
}

// Runs the real Bun binary with the arguments given.
// Where npm runs install scripts, that of bun moves the binary into its own package; where they are blocked, node_modules/.bin/bun
// is only a stub, and the binary stays in the package for the platform.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const LARGEST_STUB = 1_000_000; // bytes

function findBun() {
  if (process.versions.bun) return process.execPath;
  const exe = process.platform === 'win32' ? 'bun.exe' : 'bun';
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const cpu = process.arch === 'arm64' ? 'aarch64' : process.arch;
  const builds = ['', '-baseline', '-musl', '-musl-baseline'].map(
    (tail) => `@oven/bun-${platform}-${cpu}${tail}/bin/${exe}`,
  );
  for (const file of ['bun/bin/bun.exe', ...builds]) {
    try {
      const path = require.resolve(file);
      if (statSync(path).size > LARGEST_STUB) return path;
    } catch {
      // not installed here
    }
  }
  console.error(
    `bun: no binary for ${platform}-${cpu} in node_modules; run "npm install" again, without --omit=optional`,
  );
  process.exit(1);
}

const child = spawn(findBun(), process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

// Runs the real Bun binary with the arguments given.
// npm may block install scripts; node_modules/.bin/bun is then only a stub, and the binary is in a platform package.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

function findBun() {
  if (process.versions.bun) return process.execPath;
  const exe = process.platform === 'win32' ? 'bun.exe' : 'bun';
  const { platform, arch } = process;
  const cpu = arch === 'arm64' ? 'aarch64' : arch;
  const names = ['', '-baseline', '-musl', '-musl-baseline'].map(
    (tail) => `@oven/bun-${platform === 'win32' ? 'windows' : platform}-${cpu}${tail}`,
  );
  for (const name of names) {
    try {
      const path = require.resolve(`${name}/bin/${exe}`);
      if (existsSync(path)) return path;
    } catch {
      // not this platform's package
    }
  }
  console.error(
    `bun: no binary for ${platform}-${arch} in node_modules/@oven; run "npm install" again, without --omit=optional`,
  );
  process.exit(1);
}

const child = spawn(findBun(), process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

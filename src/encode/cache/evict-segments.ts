import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Removes the segments unused for longest, of all models, until at most `bytes` are left. */
export function evictSegments(directory: string, bytes: number): void {
  const segments = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(directory, name)).map((file) => join(directory, name, file)))
    .filter((path) => path.endsWith('.segment'))
    .flatMap((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats ? [{ path, size: stats.size, used: stats.mtimeMs }] : [];
    })
    .sort((a, b) => a.used - b.used);
  let total = segments.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of segments) {
    if (total <= bytes) return;
    rmSync(path, { force: true });
    total -= size;
  }
}

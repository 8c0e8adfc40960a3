import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own, in memory. */
export interface SmallDisk {
  readonly folder: string;
  makeReadOnly(): void;
  /** Takes it away again, with what is on it. */
  remove(): void;
}

/** Null where there is no way to mount one, or this user may not. */
export function smallDisk(bytes: number): SmallDisk | null {
  if (process.platform !== 'linux' || Bun.which('mount') === null) return null;
  const folder = mkdtempSync(join(tmpdir(), 'chelated-disk-'));
  const mount = (...args: string[]) => Bun.spawnSync(['mount', ...args, folder]).exitCode === 0;
  if (!mount('-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs')) {
    rmdirSync(folder);
    return null;
  }
  return {
    folder,
    makeReadOnly() {
      if (!mount('-o', 'remount,ro')) throw new Error(`${folder} cannot be made read-only`);
    },
    remove() {
      // Lazily: a test that failed may have left a file open.
      Bun.spawnSync(['umount', '--lazy', folder]);
      rmdirSync(folder);
    },
  };
}

/** Why tests that need one are skipped. */
export const noSmallDisk = 'a disk can be mounted only by the administrator, on Linux';
export const canMount = (() => {
  const disk = smallDisk(4096);
  disk?.remove();
  return disk !== null;
})();

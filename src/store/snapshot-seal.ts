import { ChelatedError } from '../errors.ts';
import { sha256 } from '../sha256.ts';

/** What stands where the hash will. */
export const unsealed = new Uint8Array(32);

/** Replaces the file's last 32 bytes by the SHA-256 of all before them: `head -c -32 FILE | sha256sum`. */
export async function sealSnapshot(file: Uint8Array): Promise<Uint8Array> {
  const digits = await hashOf(file);
  const hash = unsealed.map((_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
  file.set(hash, file.length - hash.length);
  return file;
}

/** @throws {ChelatedError} storage_failed when a byte differs from what was sealed, or the end is missing */
export async function openSnapshotSeal(file: Uint8Array): Promise<void> {
  const stored = Array.from(file.subarray(-unsealed.length), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (file.length > unsealed.length && stored === (await hashOf(file))) return;
  const is = `these ${file.length} bytes are no snapshot, or were truncated or altered`;
  throw new ChelatedError('storage_failed', `${is}; copy it again, or write it again with chelated snapshot`);
}

const hashOf = (file: Uint8Array) =>
  sha256(new Uint8Array(file.subarray(0, Math.max(0, file.length - unsealed.length))));

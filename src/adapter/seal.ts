import { ChelatedError } from '../errors.ts';
import { sha256 } from '../sha256.ts';

/** Metadata entry with the SHA-256 of the file: the last entry, so that its value is the file's last 64 bytes. */
export const hashKey = 'chelated.hash';

const hexDigits = 64;

/** What stands in a file before the hash: an entry of ModelProto.metadata_props (field 14) with its key and the value's length. */
const tail = (() => {
  const key = new TextEncoder().encode(hashKey);
  const head = [0x0a, key.length, ...key, 0x12, hexDigits];
  return Uint8Array.from([0x72, head.length + hexDigits, ...head]);
})();

/** Value of the hash entry in a file that has not been sealed. */
export const unsealed = '0'.repeat(hexDigits);

/** Replaces the file's last 64 bytes by the SHA-256 of all before them, as hex digits: `head -c -64 FILE | sha256sum`. */
export async function seal(file: Uint8Array): Promise<Uint8Array> {
  const sealed = file.slice();
  sealed.set(new TextEncoder().encode(await hashOf(file)), file.length - hexDigits);
  return sealed;
}

/** The hash that a sealed file says it has: for a file that this program has just sealed. */
export function sealOf(file: Uint8Array): string {
  return new TextDecoder().decode(file.subarray(-hexDigits));
}

/**
 * The hash of a sealed file, proven.
 *
 * @throws {ChelatedError} adapter_corrupt when a byte differs from what was sealed, or the end is missing
 */
export async function openSeal(file: Uint8Array): Promise<string> {
  const at = file.length - hexDigits - tail.length;
  if (at < 0 || tail.some((byte, i) => file[at + i] !== byte)) {
    throw new ChelatedError(
      'adapter_corrupt',
      `${file.length} bytes do not end as an adapter file does: truncated, or not an adapter; copy or distil it again`,
    );
  }
  const stored = sealOf(file);
  const hash = await hashOf(file);
  if (stored !== hash) {
    throw new ChelatedError(
      'adapter_corrupt',
      `the file's hash is ${hash.slice(0, 12)}…, its card says ${stored.slice(0, 12)}…: it was altered; copy or distil it again`,
    );
  }
  return hash;
}

function hashOf(file: Uint8Array): Promise<string> {
  return sha256(file.subarray(0, file.length - hexDigits) as Uint8Array<ArrayBuffer>);
}

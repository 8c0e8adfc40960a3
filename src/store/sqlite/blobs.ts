import type { TokenBag } from '../store.ts';

// Typed arrays are little-endian wherever chelated runs, and so are the blobs.

export function toBytes(numbers: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** Null when the bytes are not a whole number of them. */
export function toFloats(bytes: Uint8Array): Float32Array | null {
  return bytes.length % 4 === 0 ? new Float32Array(aligned(bytes)) : null;
}

export function toIntegers(bytes: Uint8Array): Uint32Array | null {
  return bytes.length % 4 === 0 ? new Uint32Array(aligned(bytes)) : null;
}

/** The count n, n ids and n counts: never empty, so that no tokens and unknown tokens differ in every SQLite. */
export function tokensToBytes({ ids, counts }: TokenBag): Uint8Array {
  const bytes = new Uint8Array(4 + 8 * ids.length);
  bytes.set(toBytes(Uint32Array.of(ids.length)));
  bytes.set(toBytes(ids), 4);
  bytes.set(toBytes(counts), 4 + 4 * ids.length);
  return bytes;
}

export function bytesToTokens(bytes: Uint8Array): TokenBag | null {
  const n = toIntegers(bytes.subarray(0, 4))?.[0];
  if (n === undefined || bytes.length !== 4 + 8 * n) return null;
  return { ids: toIntegers(bytes.subarray(4, 4 + 4 * n))!, counts: toFloats(bytes.subarray(4 + 4 * n))! };
}

/** A copy that begins where numbers may. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

import { createHash } from 'node:crypto';

/**
 * A record of a segment file: a text's key, its vector, and a checksum of both.
 *
 *   first 8 bytes of SHA-256(rest) · key (16 bytes) · d f32, little-endian
 *
 * Records of one model are of one length, so that a damaged one costs itself alone.
 */
export interface CacheRecord {
  readonly key: string; // 32 hex digits
  readonly vector: Float32Array;
}

const checksumBytes = 8;
const keyEnd = checksumBytes + 16;

export function recordBytes(dims: number): number {
  return keyEnd + 4 * dims;
}

/** The records as bytes, ready to be appended. */
export function encodeRecords(records: readonly CacheRecord[], dims: number): Uint8Array {
  const length = recordBytes(dims);
  const bytes = Buffer.alloc(records.length * length);
  records.forEach(({ key, vector }, r) => {
    const record = bytes.subarray(r * length, (r + 1) * length);
    record.write(key, checksumBytes, 'hex');
    for (const [c, x] of vector.entries()) record.writeFloatLE(x, keyEnd + 4 * c);
    record.set(checksum(record), 0);
  });
  return bytes;
}

/** The key of a record, or nothing when it is damaged. */
export function keyIn(record: Uint8Array): string | undefined {
  if (!checksum(record).equals(record.subarray(0, checksumBytes))) return undefined;
  return Buffer.from(record.subarray(checksumBytes, keyEnd)).toString('hex');
}

/** The vector of a record. */
export function vectorIn(record: Uint8Array): Float32Array {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  return Float32Array.from({ length: (record.length - keyEnd) / 4 }, (_, c) => view.getFloat32(keyEnd + 4 * c, true));
}

function checksum(record: Uint8Array): Buffer {
  return createHash('sha256').update(record.subarray(checksumBytes)).digest().subarray(0, checksumBytes);
}

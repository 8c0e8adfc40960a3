import { ChelatedError } from '../errors.ts';

// Asked for once: numbers lie in typed arrays as this machine has them, and on the wire little-endian.
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Little-endian f32. @throws {ChelatedError} invalid_input when the bytes are not whole numbers of four */
export function floatsOf(bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  if (bytes.length % 4 !== 0) {
    throw new ChelatedError('invalid_input', `little-endian f32 takes 4 bytes a number, got ${bytes.length} bytes`);
  }
  const own = bytes.slice();
  if (!littleEndian) swap(own);
  return new Float32Array(own.buffer);
}

export function base64Of(floats: Float32Array): string {
  const bytes = new Uint8Array(floats.slice().buffer);
  if (!littleEndian) swap(bytes);
  if (typeof bytes.toBase64 === 'function') return bytes.toBase64();
  let text = '';
  // A call takes so many arguments and no more.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** @throws {ChelatedError} invalid_input */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    if (typeof Uint8Array.fromBase64 === 'function') return Uint8Array.fromBase64(text);
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new ChelatedError('invalid_input', 'vectors_base64 is not base64', { cause });
  }
}

function swap(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 4).reverse();
}

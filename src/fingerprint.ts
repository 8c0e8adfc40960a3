import { sha256 } from './sha256.ts';

/**
 * SHA-256 of the parts, each with its length in bytes before it, as 64 hex digits. Web Crypto, so the same on every runtime.
 *
 * @example
 * (await fingerprint('static', new Uint8Array([1, 2, 3]))).length; // => 64
 */
export async function fingerprint(...parts: readonly (string | ArrayBufferView)[]): Promise<string> {
  const chunks = parts.flatMap((part) => {
    const bytes =
      typeof part === 'string'
        ? new TextEncoder().encode(part)
        : new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    return [new TextEncoder().encode(`${bytes.length}:`), bytes];
  });
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return sha256(all);
}

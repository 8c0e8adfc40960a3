/** Node, Bun and Deno: no page, and threads and files of Node's. */
export function isNodeLike(): boolean {
  return typeof process !== 'undefined' && process.versions?.node !== undefined;
}

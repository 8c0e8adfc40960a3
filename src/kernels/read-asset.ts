/** The bytes of a file that lies beside the code: from disk where there is one, else fetched. */
export async function readAsset(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  if (url.protocol === 'file:') {
    // Asked for, not imported: a bundler for browsers would look for such a module, and find none.
    const { readFile } = process.getBuiltinModule('fs/promises');
    return new Uint8Array(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

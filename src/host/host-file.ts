import { type AdapterKind, adapterKinds, type OutputSpace, type TermFrequency } from '../adapter/card.ts';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { sha256 } from '../sha256.ts';

/** What a host file says before its numbers; docs/abi.md has the layout. */
export interface HostHeader {
  readonly what: HostContent;
  readonly baseFingerprint: string; // 64 hex digits
  /** Marks the vectors that come out: the base fingerprint of a student, the adapted one of an adapter. */
  readonly fingerprint: string;
  readonly dIn: number;
  readonly dOut: number;
  readonly kind: AdapterKind;
  readonly outputSpace: OutputSpace;
  readonly termFrequency: TermFrequency | null;
}

/** A gated student is one with a context gate, a gated adapter one that was fitted for it: a reader which knows no gate refuses both. */
export type HostContent = 'student' | 'adapter' | 'gated student' | 'gated adapter';

/** Numbers of one type, (rows, dims) row-major. */
export interface HostSection {
  readonly rows: number;
  readonly dims: number;
  readonly data: HostNumbers;
}

export type HostNumbers = Float32Array | Int8Array | Uint32Array | Int32Array | Uint8Array;

export interface HostFile {
  readonly header: HostHeader;
  readonly sections: ReadonlyMap<string, HostSection>;
}

const magic = 'chelated';
const headerBytes = 144;
const hashAt = 12;
const hashedFrom = 44; // all but magic, version and hash
const printsAt = 48;
const entryBytes = 32;
const nameBytes = 16;
const align = 16;

const contents: readonly HostContent[] = ['student', 'adapter', 'gated student', 'gated adapter']; // 1 … 4
const spaces: readonly OutputSpace[] = ['student', 'teacher']; // 0, 1
const frequencies: readonly (TermFrequency | null)[] = [null, 'count', 'log']; // 0, 1, 2
const types = [Float32Array, Int8Array, Uint32Array, Int32Array, Uint8Array] as const; // 1 … 5

/** The bytes of a host file; the same content gives the same bytes. */
export async function writeHostFile({ header, sections }: HostFile): Promise<Uint8Array> {
  let end = roundUp(headerBytes + sections.size * entryBytes);
  const places = [...sections].map(([name, section]) => {
    const at = end;
    end = roundUp(at + section.data.byteLength);
    return { name, section, at };
  });
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  bytes.set(fromHex(header.baseFingerprint), printsAt);
  bytes.set(fromHex(header.fingerprint), printsAt + 32);
  const setWords = (at: number, words: readonly number[]) => {
    for (const [i, word] of words.entries()) view.setUint32(at + 4 * i, word, true);
  };
  setWords(8, [config.hostFile.formatVersion]);
  setWords(hashedFrom, [1 + contents.indexOf(header.what)]);
  setWords(112, [header.dIn, header.dOut, adapterKinds.indexOf(header.kind), spaces.indexOf(header.outputSpace)]);
  setWords(128, [frequencies.indexOf(header.termFrequency), sections.size]);
  for (const [i, { name, section, at }] of places.entries()) {
    const { rows, dims, data } = section;
    const entry = headerBytes + i * entryBytes;
    bytes.set(new TextEncoder().encode(name), entry);
    setWords(entry + nameBytes, [1 + types.findIndex((type) => data instanceof type), rows, dims, at]);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  }
  bytes.set(fromHex(await sha256(bytes.slice(hashedFrom))), hashAt);
  return bytes;
}

/**
 * Reads a host file, its hash and its layout checked.
 *
 * @throws {ChelatedError} adapter_corrupt (truncated, altered, or no host file), adapter_version (newer than this build)
 */
export async function readHostFile(bytes: Uint8Array): Promise<HostFile> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerBytes || new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic) {
    throw corrupt(`${bytes.length} bytes do not begin as a host file does`);
  }
  const word = (at: number) => view.getUint32(at, true);
  const { formatVersion } = config.hostFile;
  if (word(8) !== formatVersion) {
    const message = `the host file has format ${word(8)}, this build reads ${formatVersion}; export it again`;
    throw new ChelatedError('adapter_version', message);
  }
  if ((await sha256(new Uint8Array(bytes.subarray(hashedFrom)))) !== toHex(bytes.subarray(hashAt, hashedFrom))) {
    throw corrupt('the hash is not that of the content');
  }
  const header: HostHeader = {
    what: pick(contents, word(hashedFrom) - 1, 'content'),
    baseFingerprint: toHex(bytes.subarray(printsAt, printsAt + 32)),
    fingerprint: toHex(bytes.subarray(printsAt + 32, printsAt + 64)),
    dIn: word(112),
    dOut: word(116),
    kind: pick(adapterKinds, word(120), 'kind'),
    outputSpace: pick(spaces, word(124), 'output space'),
    termFrequency: pick(frequencies, word(128), 'term frequency'),
  };
  const count = word(132);
  if (headerBytes + count * entryBytes > bytes.length) throw corrupt(`${count} sections do not fit`);
  const sections = new Map<string, HostSection>();
  for (let i = 0; i < count; i++) {
    const entry = headerBytes + i * entryBytes;
    const name = new TextDecoder().decode(bytes.subarray(entry, entry + nameBytes)).replace(/\0+$/, '');
    const type = pick(types, word(entry + nameBytes) - 1, `type of ${name}`);
    const [rows, dims, at] = [20, 24, 28].map((field) => word(entry + field)) as [number, number, number];
    const size = rows * dims * type.BYTES_PER_ELEMENT;
    if (at + size > bytes.length) throw corrupt(`section ${name} does not fit`);
    sections.set(name, { rows, dims, data: new type(new Uint8Array(bytes.subarray(at, at + size)).buffer) });
  }
  return { header, sections };
}

function pick<T>(list: readonly T[], index: number, what: string): T {
  if (!(index >= 0 && index < list.length)) throw corrupt(`${what} ${index} is unknown`);
  return list[index]!;
}

function corrupt(why: string): ChelatedError {
  return new ChelatedError('adapter_corrupt', `not a host file, or altered: ${why}; copy or export it again`);
}

const roundUp = (n: number) => Math.ceil(n / align) * align;
const fromHex = (hex: string) => Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hex.substr(2 * i, 2), 16));
const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  idsPerToken,
  type WordPieceExports,
  wordBucketShift,
  wordPieceAbi,
  wordPieceAbiVersion,
} from '../../src/kernels/word-piece-abi.ts';

const bytes = readFileSync(new URL('../../assets/chelated-wordpiece.wasm', import.meta.url));
const module = new WebAssembly.Module(bytes);
const instance = () => new WebAssembly.Instance(module).exports as unknown as WordPieceExports;

/** Rows of the README's second table of exports: name → signature. */
function documented(): Map<string, string> {
  const text = readFileSync(new URL('../../kernels/README.md', import.meta.url), 'utf8');
  const table = text.slice(text.indexOf('# WordPiece'));
  return new Map([...table.matchAll(/^\| `(\w+)` \| `?([^`|]+?)`? \|/gm)].map(([, name, types]) => [name!, types!]));
}

describe('wordPieceAbi', () => {
  test('is what kernels/README.md says', () => {
    const { memory, ...functions } = Object.fromEntries(documented());
    expect(memory).toBe('memory');
    expect(functions).toEqual({ ...wordPieceAbi });
  });

  test('is what the build exports, and it imports nothing', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(names.toSorted()).toEqual([...Object.keys(wordPieceAbi), 'memory'].sort());
    const exports = instance();
    for (const [name, types] of Object.entries(wordPieceAbi)) {
      expect([name, exports[name as keyof typeof wordPieceAbi].length]).toEqual([name, types.indexOf(':')]);
    }
    expect(exports.abi_version()).toBe(wordPieceAbiVersion);
    expect(exports.heap_base() % 16).toBe(0);
    const pages = exports.memory.buffer.byteLength / 65_536;
    expect(exports.memory_grow(2)).toBe(pages);
    expect(exports.memory.buffer.byteLength / 65_536).toBe(pages + 2);
  });

  test('fits in 64 kB', () => {
    expect(bytes.length).toBeLessThanOrEqual(65_536);
  });
});

describe('wordpiece_open', () => {
  const refused = (count: number, unknown: number, maxCharacters: number, kind: number, bits = 0) => {
    const exports = instance();
    const base = exports.heap_base() + 1024;
    exports.memory_grow(4);
    new Uint8Array(exports.memory.buffer).fill(kind, base, base + 16);
    const flags = 15 | (bits << wordBucketShift);
    const answer = exports.wordpiece_open(
      0,
      0,
      base + 64,
      base,
      count,
      0,
      0,
      unknown,
      maxCharacters,
      flags,
      base + 4096,
    );
    return answer === 0;
  };

  test('refuses an unknown token that is none, no tokens, words of no length or too long, and too many buckets', () => {
    expect(refused(3, 1, 100, 1)).toBe(false);
    expect(refused(3, 3, 100, 1)).toBe(true);
    expect(refused(3, -1, 100, 1)).toBe(true);
    expect(refused(3, 1, 100, 2)).toBe(true); // an added token only
    expect(refused(0, 0, 100, 1)).toBe(true);
    expect(refused(-1, 0, 100, 1)).toBe(true);
    expect(refused(3, 1, 0, 1)).toBe(true);
    expect(refused(3, 1, 4097, 1)).toBe(true);
    expect(refused(3, 1, 100, 1, 20)).toBe(false);
    expect(refused(3, 1, 100, 1, 21)).toBe(true);
  });
});

describe('wordpiece_encode', () => {
  test('never traps, writes nothing outside its outputs and the block, and gives ids of the vocabulary', () => {
    fc.assert(
      fc.property(
        fc.record({
          vocabulary: fc.array(fc.uint8Array({ maxLength: 6 }), { minLength: 1, maxLength: 12 }),
          kinds: fc.uint8Array({ minLength: 12, maxLength: 12, max: 3 }),
          wild: fc.boolean(), // offsets that mean nothing
          prefix: fc.uint8Array({ maxLength: 3 }),
          maxCharacters: fc.integer({ min: 1, max: 9 }),
          flags: fc.nat(15),
          bits: fc.nat(20), // of word buckets
          texts: fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }),
          maxTokens: fc.integer({ min: -1, max: 20 }),
          room: fc.nat(180),
          noise: fc.array(fc.nat(0xffffffff), { minLength: 20, maxLength: 20 }),
        }),
        ({ vocabulary, kinds, wild, prefix, maxCharacters, flags, bits, texts, maxTokens, room, noise }) => {
          const exports = instance();
          exports.memory_grow(1);
          const memory = new Uint8Array(exports.memory.buffer);
          const base = exports.heap_base();
          let end = base;
          const put = (part: Uint8Array) => {
            const at = end;
            memory.set(part, at);
            end = (at + part.length + 31) & ~15; // at least 16 bytes between two parts
            return at;
          };
          const offsetsOf = (parts: readonly Uint8Array[]) => {
            const offsets = Uint32Array.from(
              [0, ...parts].map((_, i) => parts.slice(0, i).reduce((sum, p) => sum + p.length, 0)),
            );
            return new Uint8Array((wild ? offsets.map((_, i) => noise[i]!) : offsets).buffer);
          };
          const joined = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
          const count = vocabulary.length;
          kinds[0]! |= 1;
          const [tokens, tokenOffsets, tokenKinds, prefixAt] = [
            joined(vocabulary),
            offsetsOf(vocabulary),
            kinds,
            prefix,
          ].map(put);
          const tokenBytes = joined(vocabulary).length;
          const needed = exports.wordpiece_bytes(tokenKinds!, count, maxCharacters);
          const model = put(new Uint8Array(needed));
          const given = [tokens!, tokenBytes, tokenOffsets!, tokenKinds!, count, prefixAt!, prefix.length] as const;
          expect(exports.wordpiece_open(...given, 0, maxCharacters, flags | (bits << wordBucketShift), model)).toBe(1);

          const [textsAt, textOffsets] = [joined(texts), offsetsOf(texts)].map(put);
          const ids = put(new Uint8Array(4 * room));
          const rows = put(new Uint8Array(4 * (texts.length + 1)));
          const before = memory.slice();
          const length = joined(texts).length;
          const found = exports.wordpiece_encode(
            model,
            textsAt!,
            length,
            textOffsets!,
            texts.length,
            maxTokens,
            ids,
            room,
            rows,
          );
          const within = (at: number, from: number, size: number) => at >= from && at < from + size;
          const changed = [...memory.keys()].filter((at) => memory[at] !== before[at] && at >= base);
          const allowed = (at: number) =>
            within(at, model, needed) || within(at, ids, 4 * room) || within(at, rows, 4 * (texts.length + 1));
          expect(changed.filter((at) => !allowed(at))).toEqual([]);
          const each = bits > 0 ? idsPerToken : 1;
          if (!wild && room >= each * length) expect(found).toBeGreaterThanOrEqual(0);
          if (found < 0) return;
          expect(found).toBeLessThanOrEqual(room);
          const most = count + (bits > 0 ? 2 ** bits : 0);
          expect([...new Uint32Array(memory.buffer, ids, found)].filter((id) => id >= most)).toEqual([]);
          const ends = [...new Uint32Array(memory.buffer, rows, texts.length + 1)];
          if (texts.length > 0) expect([ends[0], ends.at(-1)]).toEqual([0, found]);
          expect(ends.every((end, i) => i === 0 || end - ends[i - 1]! <= each * Math.max(0, maxTokens))).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

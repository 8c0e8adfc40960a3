import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { Arena } from '../../src/kernels/arena.ts';
import { rawExports } from './contract/builds.ts';

describe('Arena', () => {
  test('keeps blocks apart and their contents through growth, whatever the order of taking and freeing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(300_000), fc.boolean(), fc.nat(20)), { maxLength: 60 }), (steps) => {
        const arena = new Arena(rawExports('scalar'));
        const live: { at: number; length: number; mark: number }[] = [];
        steps.forEach(([bytes, frees, which], mark) => {
          if (frees && live.length > 0) arena.free(live.splice(which % live.length, 1)[0]!.at);
          else {
            const at = arena.take(bytes);
            expect(at % 16).toBe(0);
            arena.i8(at, bytes).fill(mark);
            live.push({ at, length: bytes, mark });
          }
          for (const block of live) expect(arena.i8(block.at, block.length).every((v) => v === block.mark)).toBe(true);
        });
        for (const { at } of live) arena.free(at);
        expect(arena.bytesTaken).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  test('uses freed memory again instead of growing', () => {
    const arena = new Arena(rawExports('scalar'));
    const size = 3 * config.kernels.growBytes;
    arena.free(arena.take(size));
    const total = arena.bytesTotal;
    for (let i = 0; i < 50; i++) {
      const [a, b, c] = [arena.take(size / 3), arena.take(size / 3), arena.take(size / 4)];
      for (const at of [b, a, c]) arena.free(at!);
    }
    expect(arena.take(size)).toBeGreaterThan(0); // the pieces have joined
    expect(arena.bytesTotal).toBe(total);
  });

  test('frees scratch also when the work throws', () => {
    const arena = new Arena(rawExports('scalar'));
    expect(() =>
      arena.scratch([100, 200], () => {
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    expect(arena.bytesTaken).toBe(0);
  });

  test('keeps scratch within scratch apart, whatever the sizes, and uses its memory again', () => {
    const { scratchBytes } = config.kernels;
    const size = fc.oneof(fc.nat(100), fc.nat(scratchBytes), fc.nat(3 * scratchBytes));
    const nested = fc.array(fc.array(size, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 });
    const arena = new Arena(rawExports('scalar'));
    const visit = ([sizes, ...deeper]: number[][]): void => {
      if (!sizes) return;
      arena.scratch(sizes, (...blocks) => {
        const mark = (i: number) => 10 * deeper.length + i;
        blocks.forEach((at, i) => {
          expect(at % 16).toBe(0);
          arena.i8(at, sizes[i]!).fill(mark(i));
        });
        visit(deeper);
        blocks.forEach((at, i) => {
          expect(arena.i8(at, sizes[i]!).every((v) => v === mark(i))).toBe(true);
        });
      });
    };
    fc.assert(fc.property(nested, visit), { numRuns: 50 });
    expect(arena.bytesTaken).toBe(0);
    const [first, again] = [arena.scratch([100], (at) => at), arena.scratch([100], (at) => at)];
    expect(again).toBe(first!);
  });

  test('throws too_large when the memory cannot grow, and goes on working', () => {
    const arena = new Arena(rawExports('scalar'));
    expect(() => arena.take(2 ** 33)).toThrow(expect.objectContaining({ code: 'too_large' }));
    expect(arena.take(1000)).toBeGreaterThan(0);
  });

  test('throws invalid_input when a block is freed twice', () => {
    const arena = new Arena(rawExports('scalar'));
    const at = arena.take(10);
    arena.free(at);
    expect(() => arena.free(at)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });
});

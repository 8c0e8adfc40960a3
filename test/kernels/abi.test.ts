import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { abi, abiVersion, type KernelName } from '../../src/kernels/abi.ts';
import { allCases } from './contract/all-cases.ts';
import { allBuilds, buildBytes, rawExports } from './contract/builds.ts';
import { attentionScratch } from './contract/cases-transformer.ts';
import { ordinary } from './contract/fills.ts';

/** Rows of the README's table of exports: name → signature. */
function documented(): Map<string, string> {
  const text = readFileSync(new URL('../../kernels/README.md', import.meta.url), 'utf8');
  const table = text.slice(text.indexOf('## Exports'), text.indexOf('## The kernels'));
  return new Map([...table.matchAll(/^\| `(\w+)` \| `?([^`|]+?)`? \|/gm)].map(([, name, types]) => [name!, types!]));
}

describe('abi', () => {
  test('is what kernels/README.md says', () => {
    const { memory, ...functions } = Object.fromEntries(documented());
    expect(memory).toBe('memory');
    expect(functions).toEqual({ ...abi });
  });

  for (const build of allBuilds) {
    const imported = build === 'threads' ? ['env.memory'] : [];
    test(`is what the ${build} build exports, and it imports ${imported[0] ?? 'nothing'}`, () => {
      const module = new WebAssembly.Module(buildBytes(build));
      expect(WebAssembly.Module.imports(module).map((each) => `${each.module}.${each.name}`)).toEqual(imported);
      const names = WebAssembly.Module.exports(module).map(({ name }) => name);
      expect(names.toSorted()).toEqual([...Object.keys(abi), 'memory'].sort());
      const exports = rawExports(build);
      for (const [name, types] of Object.entries(abi)) {
        expect([name, exports[name as KernelName].length]).toEqual([name, types.indexOf(':')]);
      }
      expect(exports.abi_version()).toBe(abiVersion);
      expect(exports.has_simd()).toBe(build === 'scalar' ? 0 : 1);
      expect(exports.heap_base() % 16).toBe(0);
      const pages = exports.memory.buffer.byteLength / 65_536;
      expect(exports.memory_grow(2)).toBe(pages);
      expect(exports.memory.buffer.byteLength / 65_536).toBe(pages + 2);
    });
  }

  test('fits in 16 kB', () => {
    for (const build of allBuilds) expect(buildBytes(build).length).toBeLessThanOrEqual(16_384);
  });

  test('has every kernel in the contract suite', () => {
    const used = new Set(Object.values(allCases).flatMap((make) => make(4, ordinary).calls.map((call) => call.export)));
    const plumbing = [
      'abi_version',
      'has_simd',
      'heap_base',
      'memory_grow',
      'gemm_scratch_bytes',
      'attention_scratch_bytes',
    ];
    expect([...used, ...plumbing].sort()).toEqual(Object.keys(abi).sort());
  });

  test('needs the scratch that the contract suite gives', () => {
    const scratch = allCases['gemm_f32, d deep']!(4, ordinary).buffers.scratch!;
    expect(scratch).toEqual({ role: 'state', bytes: rawExports('simd').gemm_scratch_bytes() });
    for (const [t, d] of [
      [1, 1],
      [33, 32],
      [500, 64],
      [70, 100],
    ] as const) {
      expect(rawExports('simd').attention_scratch_bytes(t, d)).toBe(attentionScratch(t, d));
    }
  });
});

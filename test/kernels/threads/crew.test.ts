import { expect, test } from 'bun:test';
import { loadModule } from '../../../src/kernels/load-module.ts';
import { Crew } from '../../../src/kernels/threads/crew.ts';
import { threadStarter } from '../../../src/kernels/threads/start-thread.ts';

test('Crew makes every call once, also when there are more than its list holds', async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const { module, exports } = await loadModule('threads', memory);
  const crew = new Crew({ module, exports, count: 3, start: threadStarter(), onFailure: () => {} });
  while (!crew.ready) await Bun.sleep(5);
  const [cells, rounds] = [500, 20];
  const own = exports.gemm_scratch_bytes();
  const scratch = exports.heap_base();
  const sums = scratch + 3 * own;
  const one = sums + cells * 4;
  memory.grow(100);
  new Float32Array(memory.buffer, one, 1).fill(1);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < cells; i++) {
      crew.add('gemm_f32', [one, 1, 1, one, 1, 1, sums + i * 4, 1, 1, 1, 1, scratch], [own]); // adds 1
    }
    crew.finish();
  }
  expect([...new Set(new Float32Array(memory.buffer, sums, cells))]).toEqual([rounds]);
  crew.close();
});

import { describe, expect, test } from 'bun:test';
import { holdShared } from '../../src/kernels/hold-shared.ts';
import { random } from '../../src/random.ts';
import { normalMatrix } from '../adapter/samples.ts';
import { implementations } from './implementations.ts';

const rows = normalMatrix(random(1), 5, 4);

for (const kernels of implementations) {
  describe(`holdShared, ${kernels.name}`, () => {
    test('holds the same rows once, until the last holder has freed them', () => {
      const [first, second] = [holdShared(kernels, rows), holdShared(kernels, rows)];
      expect(second.held).toBe(first.held);
      first.free();
      first.free();
      expect(second.held.read()).toEqual(rows);
      second.free();
      expect(() => second.held.read()).toThrow(/after free/);
      const again = holdShared(kernels, rows);
      expect(again.held.read()).toEqual(rows);
      again.free();
    });

    test('holds other rows, and the same of other kernels, apart', () => {
      const others = implementations.filter((each) => each !== kernels).map((each) => holdShared(each, rows));
      const [own, copy] = [holdShared(kernels, rows), holdShared(kernels, { ...rows })];
      expect([...others, copy].every(({ held }) => held !== own.held)).toBe(true);
      for (const each of [...others, copy]) each.free();
      expect(own.held.read()).toEqual(rows);
      own.free();
    });
  });
}

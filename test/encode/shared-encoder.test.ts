import { describe, expect, test } from 'bun:test';
import type { Encoder } from '../../src/encode/encoder.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { sharedEncoder } from '../../src/encode/shared-encoder.ts';
import { loadKernels } from '../../src/kernels/load.ts';

/** Opens the shipped student, counting how often, and how often it was disposed. */
async function counted() {
  const kernels = await loadKernels();
  const counts = { opened: 0, disposed: 0 };
  const open = async (): Promise<Encoder> => {
    counts.opened++;
    const encoder = await openEncoder('static', { kernels });
    const dispose = encoder.dispose.bind(encoder);
    encoder.dispose = () => {
      counts.disposed++;
      dispose();
    };
    return encoder;
  };
  return { counts, open };
}

describe('sharedEncoder', () => {
  test('loads on first use, once for all holders of a key, and disposes with the last of them', async () => {
    const { counts, open } = await counted();
    const [a, b] = [sharedEncoder('one', open), sharedEncoder('one', open)];
    expect(counts.opened).toBe(0);
    const [x, y] = await Promise.all([a.open(), b.open()]);
    expect(x).toBe(y);
    expect(counts.opened).toBe(1);
    a.dispose();
    a.dispose();
    expect((await b.open()).dims).toBe(x.dims);
    expect(counts.disposed).toBe(0);
    b.dispose();
    await Promise.resolve();
    expect(counts.disposed).toBe(1);
    const c = sharedEncoder('one', open);
    expect(await c.open()).not.toBe(x);
    c.dispose();
  });

  test('keeps keys apart', async () => {
    const { counts, open } = await counted();
    const [a, b] = [sharedEncoder('left', open), sharedEncoder('right', open)];
    expect(await a.open()).not.toBe(await b.open());
    expect(counts.opened).toBe(2);
    a.dispose();
    b.dispose();
  });

  test('says why a load failed, and tries again the next time', async () => {
    const { open } = await counted();
    let fails = true;
    const shared = sharedEncoder('flaky', () => (fails ? Promise.reject(new Error('out of reach')) : open()));
    await expect(shared.open()).rejects.toThrow('out of reach');
    fails = false;
    expect((await shared.open()).id).toBe('static');
    shared.dispose();
    expect(() => shared.open()).toThrow('was disposed');
  });
});

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decideGate, type GateInput } from '../../src/evaluate/gate.ts';

const signal = (z: number) => ({ queries: 100, student: 0.4, candidate: 0.4 + z / 100, z });
const zs = fc.integer({ min: -90, max: 90 }).map((tenths) => tenths / 10);
const sound: GateInput = { documents: 1000, heldOut: 200, agreement: signal(5), inverseCloze: signal(1), judged: null };
const promoted = (more: Partial<GateInput>) => decideGate({ ...sound, ...more }).promoted;

describe('decideGate', () => {
  test('promotes when agreement has z > 2 and inverse cloze does not fall by more than chance, and only then', () => {
    fc.assert(
      fc.property(zs, zs, (a, b) => {
        expect(promoted({ agreement: signal(a), inverseCloze: signal(b) })).toBe(a > 2 && b >= -2);
      }),
      // The limits themselves: chance meets them too rarely.
      {
        examples: [
          [2, 1],
          [5, -2],
        ],
      },
    );
  });

  test('never refuses at looser limits what it promotes at stricter ones', () => {
    const limit = fc.integer({ min: 0, max: 60 }).map((tenths) => tenths / 10);
    const limits = fc.record({ z: limit, zAlone: limit, fallZ: limit });
    fc.assert(
      fc.property(limits, limits, zs, zs, (one, other, a, b) => {
        const loose = {
          z: Math.min(one.z, other.z),
          zAlone: Math.min(one.zAlone, other.zAlone),
          fallZ: Math.max(one.fallZ, other.fallZ),
        };
        for (const inverseCloze of [signal(b), null]) {
          const input = { ...sound, agreement: signal(a), inverseCloze };
          if (decideGate(input, one).promoted) expect(decideGate(input, loose).promoted).toBe(true);
        }
      }),
    );
  });

  test('asks more of agreement where it is the only signal', () => {
    expect(promoted({ inverseCloze: null })).toBe(true);
    expect(promoted({ inverseCloze: null, agreement: signal(3) })).toBe(false);
  });

  test('does not lean on inverse cloze from a handful of sentences', () => {
    const few = { ...signal(1), queries: 19 };
    expect(promoted({ inverseCloze: few, agreement: signal(3) })).toBe(false);
    expect(promoted({ inverseCloze: { ...few, queries: 20 }, agreement: signal(3) })).toBe(true);
  });

  test('goes by inverse cloze alone where there is no teacher', () => {
    expect(promoted({ agreement: null })).toBe(false);
    expect(promoted({ agreement: null, inverseCloze: signal(2.5) })).toBe(true);
  });

  test('fails closed: too few documents, or nothing measured', () => {
    expect(promoted({ documents: 149 })).toBe(false);
    expect(promoted({ documents: 149, judged: { ...signal(9), low: 0.1, high: 0.3 } })).toBe(false);
    expect(promoted({ agreement: null, inverseCloze: null })).toBe(false);
    expect(promoted({ agreement: signal(Number.NaN) })).toBe(false);
    expect(promoted({ inverseCloze: signal(Number.NaN) })).toBe(false);
    expect(promoted({ teacher: signal(Number.NaN) })).toBe(false);
  });

  test('refuses a teacher that finds less than the student', () => {
    expect(promoted({ teacher: signal(-3) })).toBe(false);
    expect(promoted({ teacher: signal(-1) })).toBe(true);
  });

  test('lets judgements decide, whatever the other signals say', () => {
    expect(promoted({ agreement: signal(-5), judged: { ...signal(3), low: 0.01, high: 0.3 } })).toBe(true);
    expect(promoted({ judged: { ...signal(1), low: -0.01, high: 0.3 } })).toBe(false);
  });

  test('gives its reason with the figures', () => {
    expect(decideGate(sound).reason).toContain('0.400 → 0.450, z = 5.0');
    expect(decideGate({ ...sound, inverseCloze: signal(-3) }).reason).toContain('inverse cloze fell');
  });
});

/** A stream of pseudo-random numbers; the same seed gives the same stream on every runtime. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform in 0 … n − 1, without modulo bias; n from 1 to 2³². */
  integer(n: number): number;
  /** Standard normal: mean 0, variance 1. */
  normal(): number;
  /** Shuffles the array in place (Fisher–Yates) and returns it. */
  shuffle<A extends { readonly length: number; [i: number]: unknown }>(array: A): A;
}

/**
 * A seeded generator, for sampling and resampling; not for secrets.
 *
 * Unit    seed: any safe integer; its low and high 32 bits both count
 * Source  xoshiro128** 1.1 (Blackman & Vigna 2018), state filled by splitmix32
 *
 * @throws {TypeError} when the seed is not a safe integer
 * @example
 * const { integer } = random(7);
 * const first = integer(1000);
 * random(7).integer(1000) === first; // => true
 */
export function random(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new TypeError(`seed must be a safe integer, got ${seed}`);
  const low = splitmix32(seed >>> 0);
  const high = splitmix32(Math.floor(seed / 2 ** 32) >>> 0);
  let [a, b, c, d] = [low(), low() ^ high(), low(), low() ^ high()];
  if ((a | b | c | d) === 0) a = 1; // the one state that xoshiro never leaves
  let spare: number | undefined;

  function next(): number {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  }

  const uniform = () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;

  function integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new TypeError(`integer(n) needs 1 ≤ n ≤ 2³², got ${n}`);
    const limit = 2 ** 32 - (2 ** 32 % n); // a draw at or above it would favour the small values
    let draw = next();
    while (draw >= limit) draw = next();
    return draw % n;
  }

  function normal(): number {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    // Marsaglia's polar method: two normals from a point in the unit disc.
    let x = 0;
    let y = 0;
    let square = 0;
    while (square === 0 || square >= 1) {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      square = x * x + y * y;
    }
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    spare = y * scale;
    return x * scale;
  }

  function shuffle<A extends { readonly length: number; [i: number]: unknown }>(array: A): A {
    for (let i = array.length - 1; i > 0; i--) {
      const j = integer(i + 1);
      const kept = array[i];
      array[i] = array[j];
      array[j] = kept;
    }
    return array;
  }

  return { uniform, integer, normal, shuffle };
}

const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k));

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
}

import type { Fill } from './buffers.ts';

/** Numbers in −1 … 1 that differ by place and salt, the same in every run: golden vectors are made of them. */
export const ordinary: Fill = (length, salt) => {
  let state = (salt + 1) * 0x9e3779b1;
  return Float32Array.from({ length }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return (((state ^ (state >>> 13)) >>> 0) / 2 ** 31 - 1) * 0.999;
  });
};

const scaled =
  (factor: number): Fill =>
  (length, salt) =>
    ordinary(length, salt).map((v) => v * factor);

/** One entry in seven replaced. */
const holding =
  (value: number): Fill =>
  (length, salt) =>
    ordinary(length, salt).map((v, i) => ((i + salt) % 7 === 3 ? value : v));

export const fills = {
  ordinary,
  zero: (length: number) => new Float32Array(length),
  tiny: scaled(1e-30),
  huge: scaled(1e30),
  /** For kernels that bring rows to unit length; products of such numbers are out of range. */
  largest: scaled(1.5e38),
  denormal: scaled(1e-41),
  'least denormal': (length: number) => new Float32Array(length).fill(2 ** -149),
  'tiny and huge': (length: number, salt: number) =>
    ordinary(length, salt).map((v, i) => v * (i % 2 === 0 ? 1e-30 : 1e30)),
  NaN: holding(Number.NaN),
  Infinity: holding(Number.POSITIVE_INFINITY),
  '−Infinity': holding(Number.NEGATIVE_INFINITY),
} satisfies Record<string, Fill>;

export type FillName = keyof typeof fills;

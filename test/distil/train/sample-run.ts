import type { TrainData } from '../../../src/distil/train/train-data.ts';
import { defaultObjective, type TrainOptions } from '../../../src/distil/train/train-options.ts';
import { type Matrix, matrix } from '../../../src/matrix.ts';
import { random } from '../../../src/random.ts';

/** n documents whose targets are a fixed rotation-like map of the base vectors and some noise: something to learn. */
export function sampleRun(n: number, options: Partial<TrainOptions> & { noise?: number } = {}) {
  const [dIn, dOut] = [8, 8];
  const numbers = random(options.seed ?? 0);
  const X = unitMatrix(n, dIn, () => numbers.normal());
  const map = Float64Array.from({ length: dIn * dOut }, () => numbers.normal());
  const noise = options.noise ?? 0.1;
  const T = unitMatrix(n, dOut, (i, j) => {
    let sum = numbers.normal() * noise;
    for (let k = 0; k < dIn; k++) sum += X.data[i * dIn + k]! * map[k * dOut + j]!;
    return sum;
  });
  const data: TrainData = { X, base: X, target: { rows: T } };
  const all: TrainOptions = {
    network: { kind: 'mlp', dIn, hidden: 12, dOut, dTeacher: null },
    objective: { ...defaultObjective, similarity: 0.5 },
    heldOut: Uint32Array.from({ length: Math.floor(n / 5) }, (_, i) => i * 5),
    seed: 0,
    batch: 16,
    epochs: 4,
    learningRate: 1e-2,
    weightDecay: 0.01,
    patience: 3,
    ...options,
  };
  return { data, options: all };
}

export function unitMatrix(rows: number, dims: number, value: (i: number, j: number) => number): Matrix {
  const X = matrix(rows, dims);
  for (let i = 0; i < rows; i++) {
    const x = Float64Array.from({ length: dims }, (_, j) => value(i, j));
    const norm = Math.hypot(...x);
    X.data.set(
      x.map((v) => v / norm),
      i * dims,
    );
  }
  return X;
}

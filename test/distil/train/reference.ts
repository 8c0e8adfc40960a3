import type { Network } from '../../../src/distil/train/network.ts';
import type { Objective } from '../../../src/distil/train/objective.ts';

// The training step once more, in f64 loops with gradients derived by hand: what the graphs are held to.

/** n rows of d numbers, f64, row-major. */
export interface Rows {
  readonly rows: number;
  readonly dims: number;
  readonly data: Float64Array;
}

export type Values = Readonly<Record<string, Rows>>;

export interface LossAndGradients {
  readonly loss: number;
  readonly gradients: Values;
}

export function rowsOf(rows: number, dims: number, data: ArrayLike<number> = new Float64Array(rows * dims)): Rows {
  return { rows, dims, data: Float64Array.from(data) };
}

/** C = A·B, with either one transposed. */
function product(A: Rows, B: Rows, transposeA = false, transposeB = false): Rows {
  const [n, k] = transposeA ? [A.dims, A.rows] : [A.rows, A.dims];
  const m = transposeB ? B.rows : B.dims;
  const C = rowsOf(n, m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      for (let p = 0; p < k; p++) {
        const a = A.data[transposeA ? p * A.dims + i : i * A.dims + p]!;
        C.data[i * m + j]! += a * B.data[transposeB ? j * B.dims + p : p * B.dims + j]!;
      }
    }
  }
  return C;
}

const each = (A: Rows, map: (value: number, e: number) => number): Rows => rowsOf(A.rows, A.dims, A.data.map(map));
const add = (A: Rows, B: Rows, times = 1) => each(A, (a, e) => a + times * B.data[e]!);
const addBias = (A: Rows, b: Rows) => each(A, (a, e) => a + b.data[e % A.dims]!);
const columnSums = (A: Rows): Rows => product(rowsOf(1, A.rows, new Float64Array(A.rows).fill(1)), A);

function lengths({ rows, dims, data }: Rows): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => Math.hypot(...data.subarray(i * dims, (i + 1) * dims)));
}

function unit(A: Rows): Rows {
  const norms = lengths(A);
  return each(A, (a, e) => a / (norms[Math.floor(e / A.dims)]! || 1));
}

/** The gradient before normalising, from the one behind it: (g − ŷ(ŷ·g))/‖y‖. */
function throughUnit(Y: Rows, gradient: Rows): Rows {
  const norms = lengths(Y);
  const U = unit(Y);
  const result = rowsOf(Y.rows, Y.dims);
  for (let i = 0; i < Y.rows; i++) {
    if (norms[i] === 0) continue;
    let along = 0;
    for (let j = 0; j < Y.dims; j++) along += U.data[i * Y.dims + j]! * gradient.data[i * Y.dims + j]!;
    for (let j = 0; j < Y.dims; j++) {
      const e = i * Y.dims + j;
      result.data[e] = (gradient.data[e]! - U.data[e]! * along) / norms[i]!;
    }
  }
  return result;
}

function distance(A: Rows, B: Rows, weight: Rows, factor: number): { loss: number; gradient: Rows } {
  const difference = add(A, B, -1);
  const gradient = each(difference, (d, e) => 2 * factor * weight.data[Math.floor(e / A.dims)]! * d);
  return { loss: gradient.data.reduce((sum, g, e) => sum + (g * difference.data[e]!) / 2, 0), gradient };
}

function similarity(A: Rows, T: Rows, weight: Rows, factor: number): { loss: number; gradient: Rows } {
  const difference = add(product(A, A, false, true), product(T, T, false, true), -1);
  const w = (e: number) => weight.data[Math.floor(e / A.rows)]! * weight.data[e % A.rows]!;
  const loss = difference.data.reduce((sum, d, e) => sum + factor * w(e) * d * d, 0);
  return {
    loss,
    gradient: product(
      each(difference, (d, e) => 4 * factor * w(e) * d),
      A,
    ),
  };
}

/** Loss and gradients of one batch: x, base, weight, and target, or teacher and pushed. */
export function lossAndGradients(network: Network, objective: Objective, p: Values, batch: Values): LossAndGradients {
  const { x, base, weight, teacher, pushed } = batch as Required<typeof batch>;
  const isMlp = network.kind === 'mlp';
  const { alpha } = objective;
  const into = product(x!, p.into!);
  const before = isMlp ? addBias(into, p.intoBias!) : into;
  const hidden = isMlp ? each(before, (h) => Math.max(h, 0)) : before;
  const out = product(hidden, p.out!);
  const Y = add(base!, isMlp ? addBias(out, p.outBias!) : out);

  const Z = network.dTeacher === null ? null : product(teacher!, p.projection!);
  const projected = Z && unit(Z);
  const blend = projected && alpha < 1 ? each(pushed!, (h, e) => (1 - alpha) * h + alpha * projected.data[e]!) : null;
  const target = blend ? unit(blend) : (projected ?? batch.target!);
  const alike = network.dTeacher === null ? batch.target! : teacher!;

  const cosine = objective.loss === 'cosine';
  const main = distance(cosine ? unit(Y) : Y, target, weight!, cosine ? 1 / 2 : 1 / network.dOut);
  let loss = main.loss;
  let dY = cosine ? throughUnit(Y, main.gradient) : main.gradient;
  if (objective.similarity > 0) {
    const pairs = similarity(unit(Y), alike, weight!, objective.similarity);
    loss += pairs.loss;
    dY = add(dY, throughUnit(Y, pairs.gradient));
  }
  const gradients: Record<string, Rows> = {};
  if (Z && projected) {
    const dTarget = each(main.gradient, (g) => -g);
    let dProjected = blend ? each(throughUnit(blend, dTarget), (g) => alpha * g) : dTarget;
    if (objective.projectionSimilarity > 0) {
      const pairs = similarity(projected, alike, weight!, objective.projectionSimilarity);
      loss += pairs.loss;
      dProjected = add(dProjected, pairs.gradient);
    }
    gradients.projection = product(teacher!, throughUnit(Z, dProjected), true);
  }
  gradients.out = product(hidden, dY, true);
  const dHidden = product(dY, p.out!, false, true);
  const dBefore = isMlp ? each(dHidden, (g, e) => (before.data[e]! > 0 ? g : 0)) : dHidden;
  gradients.into = product(x!, dBefore, true);
  if (isMlp) {
    gradients.outBias = columnSums(dY);
    gradients.intoBias = columnSums(dBefore);
  }
  return { loss, gradients };
}

export interface AdamState {
  readonly parameters: Values;
  readonly means: Values;
  readonly variances: Values;
}

/** Step t = 1, 2, … of Adam with decoupled weight decay, which leaves a projection alone. */
export function adamStep(state: AdamState, gradients: Values, t: number, lr: number, weightDecay: number): AdamState {
  const next = {
    parameters: {} as Record<string, Rows>,
    means: {} as Record<string, Rows>,
    variances: {} as Record<string, Rows>,
  };
  for (const [name, p] of Object.entries(state.parameters)) {
    const g = gradients[name]!;
    const m = each(state.means[name]!, (value, e) => 0.9 * value + 0.1 * g.data[e]!);
    const v = each(state.variances[name]!, (value, e) => 0.999 * value + 0.001 * g.data[e]! ** 2);
    const decay = name === 'projection' ? 0 : weightDecay;
    next.parameters[name] = each(p, (value, e) => {
      const move = m.data[e]! / (1 - 0.9 ** t) / (Math.sqrt(v.data[e]! / (1 - 0.999 ** t)) + 1e-8);
      return value * (1 - lr * decay) - lr * move;
    });
    next.means[name] = m;
    next.variances[name] = v;
  }
  return next;
}

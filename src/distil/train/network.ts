import { config } from '../../config.ts';
import { type Matrix, matrix } from '../../matrix.ts';
import { type Random, random } from '../../random.ts';
import { discriminatorShapes } from './adversary.ts';

/** The maps that are trained: f(x), added to a base that is not (see trainable formula in `networkOutput`). */
export const trainedKinds = ['lowrank', 'mlp'] as const;
export type TrainedKind = (typeof trainedKinds)[number];

/** Widths of a trained map: `hidden` is the MLP's hidden width, or the rank. */
export interface Network {
  readonly kind: TrainedKind;
  readonly dIn: number;
  readonly hidden: number;
  readonly dOut: number;
  /** Width of the teacher where its projection into the output space is trained as well, else null. */
  readonly dTeacher: number | null;
  /** Hidden width of the discriminator where the objective has one. */
  readonly discriminator?: number;
}

/** The numbers that training changes, by name: `into`, `intoBias`, `out`, `outBias`, `projection`, and the discriminator's. */
export type Parameters = Readonly<Record<string, Matrix>>;

/** Name and shape of every parameter, in the order in which they are drawn and stored. A bias is one row. */
export function parameterShapes(network: Network): [name: string, rows: number, dims: number][] {
  const { kind, dIn, hidden, dOut, dTeacher } = network;
  const shapes: [string, number, number][] = [['into', dIn, hidden]];
  if (kind === 'mlp') shapes.push(['intoBias', 1, hidden]);
  shapes.push(['out', hidden, dOut]);
  if (kind === 'mlp') shapes.push(['outBias', 1, dOut]);
  if (dTeacher !== null) shapes.push(['projection', dTeacher, dOut]);
  return [...shapes, ...discriminatorShapes(network)];
}

/**
 * Where training starts: `into` random, `out` next to nothing, biases zero, so that f(x) hardly moves a unit vector.
 *
 *   into ~ N(0, 2/dIn)    out ~ N(0, initialScale²/dOut)    judge ~ N(0, 2/dOut)    decide ~ N(0, 1/hidden)
 *
 * Error   |f(x)| ≤ 4e-3 for a unit x, so the untrained adapter leaves its base with cosine ≥ .99999
 * Source  He et al. 2015 (the first layer's scale); Hu et al. 2022 (a residual that starts at nothing)
 */
export function initialParameters(network: Network, seed: number, projection: Matrix | null): Parameters {
  const generator = random(seed);
  const spread: Record<string, number> = {
    into: Math.sqrt(2 / network.dIn),
    out: config.train.initialScale / Math.sqrt(network.dOut),
    judge: Math.sqrt(2 / network.dOut),
    decide: 1 / Math.sqrt(network.discriminator ?? 1),
  };
  return Object.fromEntries(
    parameterShapes(network).map(([name, rows, dims]) => [
      name,
      name === 'projection' && projection ? copy(projection) : normalMatrix(generator, rows, dims, spread[name] ?? 0),
    ]),
  );
}

function normalMatrix(generator: Random, rows: number, dims: number, spread: number): Matrix {
  if (spread === 0) return matrix(rows, dims);
  return matrix(
    rows,
    dims,
    Float32Array.from({ length: rows * dims }, () => generator.normal() * spread),
  );
}

const copy = ({ rows, dims, data }: Matrix) => matrix(rows, dims, data.slice());

import { ChelatedError } from '../../errors.ts';
import { assertFinite, type Matrix, row } from '../../matrix.ts';
import type { TensorFeeds } from '../../onnx/session.ts';
import { graphNames } from './graph-names.ts';
import type { Network } from './network.ts';
import type { Objective } from './objective.ts';

/** What a training run sees: row i of each is one usable document. */
export interface TrainData {
  readonly X: Matrix; // (n, dIn) base vectors, unit rows
  readonly base: Matrix; // (n, dOut) what f(x) is added to
  readonly target: TrainTarget;
}

/**
 * Unit rows to reach; or the teacher's centred unit rows, for a projection that is trained, with what they are blended with;
 * or, for the contrastive loss, the document of each query, as X and base are of the queries.
 */
export type TrainTarget =
  | { readonly rows: Matrix } // (n, dOut)
  | { readonly teacher: Matrix; readonly pushed: Matrix | null } // (n, dTeacher), (n, dOut)
  | { readonly paired: Pick<TrainData, 'X' | 'base'> };

/** The matrices by the names that the graph has for them. */
export function inputsOf({ X, base, target }: TrainData, { alpha }: Objective): Record<string, Matrix> {
  const inputs: Record<string, Matrix> = { [graphNames.x]: X, [graphNames.base]: base };
  if ('rows' in target) return { ...inputs, [graphNames.target]: target.rows };
  if ('paired' in target) {
    return { ...inputs, [graphNames.pairedX]: target.paired.X, [graphNames.pairedBase]: target.paired.base };
  }
  inputs[graphNames.teacher] = target.teacher;
  if (alpha < 1 && target.pushed) inputs[graphNames.pushed] = target.pushed;
  return inputs;
}

/** @throws {ChelatedError} shape_mismatch, not_finite */
export function checkTrainData(data: TrainData, network: Network, objective: Objective): void {
  const { dIn, dOut, dTeacher } = network;
  const widths: Record<string, number> = { x: dIn, base: dOut, target: dOut, teacher: dTeacher ?? 0, pushed: dOut };
  Object.assign(widths, { pairedX: dIn, pairedBase: dOut });
  const inputs = inputsOf(data, objective);
  const wanted = wantedOf(dTeacher, objective);
  for (const name of ['x', 'base', ...wanted]) {
    const given = inputs[name];
    if (given?.rows !== data.X.rows || given.dims !== widths[name]) {
      const got = given ? `${given.rows} × ${given.dims}` : 'none';
      throw new ChelatedError(
        'shape_mismatch',
        `training input ${name}: expected ${data.X.rows} × ${widths[name]}, got ${got}`,
      );
    }
    assertFinite(given, `training input ${name}`);
  }
}

function wantedOf(dTeacher: number | null, { loss, alpha }: Objective): string[] {
  if (loss === 'contrastive') return ['pairedX', 'pairedBase'];
  if (dTeacher === null) return ['target'];
  return alpha < 1 ? ['teacher', 'pushed'] : ['teacher'];
}

/** The rows named as one batch: padded to `batch` rows, the padding with weight 0. */
export function batchFeeds(inputs: Readonly<Record<string, Matrix>>, rows: Uint32Array, batch: number): TensorFeeds {
  const weight = new Float32Array(batch).fill(1 / rows.length, 0, rows.length);
  const feeds: Record<string, TensorFeeds[string]> = {
    [graphNames.weight]: { dtype: 'f32', dims: [batch, 1], data: weight },
  };
  for (const [name, X] of Object.entries(inputs)) {
    const data = new Float32Array(batch * X.dims);
    rows.forEach((r, i) => {
      data.set(row(X, r), i * X.dims);
    });
    feeds[name] = { dtype: 'f32', dims: [batch, X.dims], data };
  }
  return feeds;
}

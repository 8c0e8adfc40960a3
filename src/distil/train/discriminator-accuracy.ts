import type { Kernels } from '../../kernels/kernels.ts';
import { type Matrix, matrix } from '../../matrix.ts';
import { add } from '../add.ts';
import { applyAffine } from '../fit-ridge.ts';
import type { Parameters } from './network.ts';

export interface Judged {
  readonly X: Matrix; // (n, dIn) base vectors
  readonly base: Matrix; // (n, dOut) what f(x) is added to
  readonly taught: Matrix; // (n, dOut) unit rows
}

/** Share of taught and corrected rows that the discriminator calls what they are: ½ where it cannot tell. */
export function discriminatorAccuracy(kernels: Kernels, p: Parameters, { X, base, taught }: Judged): number {
  const layer = (V: Matrix, map: Matrix, bias: Matrix | undefined) =>
    applyAffine(kernels, V, { map, bias: bias?.data ?? null });
  const positive = (V: Matrix) =>
    matrix(
      V.rows,
      V.dims,
      V.data.map((v) => Math.max(v, 0)),
    );
  const hidden = layer(X, p.into!, p.intoBias);
  const corrected = layer(p.intoBias ? positive(hidden) : hidden, p.out!, p.outBias);
  add(corrected, base);
  const decisions = (Z: Matrix) => layer(positive(layer(Z, p.judge!, p.judgeBias)), p.decide!, p.decideBias).data;
  const right =
    decisions(taught).filter((s) => s > 0).length + decisions(kernels.normalize(corrected)).filter((s) => s < 0).length;
  return right / (2 * X.rows);
}

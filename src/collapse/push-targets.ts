import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows, row } from '../matrix.ts';
import type { NoiseSets } from './noise-sets.ts';
import { rowSets } from './row-sets.ts';

export interface PushedTargets {
  readonly H: Matrix; // (n, d), unit rows
  /** Documents with enough events to be pushed. */
  readonly pushed: number;
}

/** Documents a step: bounds the memory beside X and H. */
const blockDocuments = 4096;

/**
 * The homeostatic push of every document away from what it collapses with.
 *
 *   h = normalise(x + η·(x − c)/‖x − c‖), c = mean of x's collapse vectors
 *
 * A vector that collapses with x in two events counts twice in c. A document with fewer than `minimumEvents` events, or
 * with ‖x − c‖ < 1e-6, keeps x bit for bit.
 *
 * Shape   X (n, d) unit rows, document i of `sets` is row i
 */
export function pushTargets(
  kernels: Kernels,
  X: Matrix,
  sets: NoiseSets,
  options: { readonly eta: number; readonly minimumEvents: number },
): PushedTargets {
  const H = matrix(X.rows, X.dims, X.data.slice());
  const documents = Array.from({ length: X.rows }, (_, i) => i).filter(
    (i) => sets.of(i).length >= options.minimumEvents,
  );
  if (documents.length === 0 || options.eta === 0) return { H, pushed: 0 };
  const sums = kernels.embeddingBag(X, rowSets(sets.events, X.rows)); // the sum of each event's vectors
  for (let from = 0; from < documents.length; from += blockDocuments) {
    const block = documents.slice(from, from + blockDocuments);
    const x = pickRows(X, block);
    const C = kernels.embeddingBag(
      sums,
      rowSets(
        block.map((i) => sets.of(i)),
        sets.events.length,
      ),
    );
    for (const [at, document] of block.entries()) {
      const events = sets.of(document);
      const others = events.reduce((sum, event) => sum + sets.events[event]!.length - 1, 0);
      // The document itself is in every one of its events; its noise set is the others.
      const [c, self] = [row(C, at), row(x, at)];
      for (let j = 0; j < c.length; j++) c[j] = others > 0 ? (c[j]! - events.length * self[j]!) / others : self[j]!;
    }
    const pushed = kernels.homeostaticPush(x, C, options.eta);
    for (const [at, document] of block.entries()) row(H, document).set(row(pushed, at));
  }
  return { H, pushed: documents.length };
}

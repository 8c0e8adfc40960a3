// What a rule lets through of the cells of bench/gate.bench.ts.
import { adviseDocuments } from '../src/evaluate/advise-documents.ts';
import { decideGate, type GateLimits } from '../src/evaluate/gate.ts';
import type { GateCell } from './gate-cell.ts';

export const promotes = ({ gate, documents, signals }: GateCell, limits: GateLimits) =>
  decideGate({ documents, heldOut: gate.heldOut, ...signals, judged: null }, limits).promoted;

/** Of the promoted cells those that gained, and of the certain gains those that are promoted; null where there are none to share. */
export function precisionRecall(cells: readonly GateCell[], isPromoted: (cell: GateCell) => boolean) {
  const promoted = cells.filter(isPromoted);
  const gains = cells.filter(isCertainGain);
  const right = promoted.filter(({ truth }) => truth.difference > 0).length;
  return {
    precision: promoted.length > 0 ? right / promoted.length : null,
    recall: gains.length > 0 ? promoted.filter(isCertainGain).length / gains.length : null,
  };
}

/** Its paired interval is above 0. */
export const isCertainGain = ({ truth }: GateCell) => truth.low > 0;

/** The cell with what it is worth as it would be served: on the documents that held-out passages advise. */
export function asServed(cell: GateCell): GateCell {
  const { mixed } = cell.truth;
  if (!mixed || adviseDocuments(cell.signals.mixed) !== 'mixed') return cell;
  return { ...cell, truth: { ...cell.truth, ...mixed } };
}

import { ChelatedError } from '../errors.ts';
import type { DistilResult } from './distil-options.ts';

/** The error that carries what the gate rejected. */
export function gateRefused(result: DistilResult): ChelatedError {
  const reason = result.card.gate?.reason ?? 'it was not judged';
  const message = `the gate refused the ${result.card.kind} adapter: ${reason}; keep the student as it is, give more documents or another teacher, or use --force`;
  return new ChelatedError('gate_refused', message, { cause: { refused: result } });
}

/** What the gate rejected, where the error is a refusal of the gate: to keep aside, or to show. */
export function refusedResult(error: unknown): DistilResult | null {
  if (!(error instanceof ChelatedError) || error.code !== 'gate_refused') return null;
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'refused' in cause ? (cause.refused as DistilResult) : null;
}

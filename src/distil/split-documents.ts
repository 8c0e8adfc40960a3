import { config } from '../config.ts';
import { random } from '../random.ts';

export interface DocumentSplit {
  readonly heldIn: Uint32Array; // ascending
  readonly heldOut: Uint32Array; // ascending
}

/** A seeded split: `config.distil.heldOutShare` of n documents, at most `maximum`, are kept out. */
export function splitDocuments(n: number, seed: number, maximum: number = config.distil.heldOutMaximum): DocumentSplit {
  const order = random(seed).shuffle(Uint32Array.from({ length: n }, (_, i) => i));
  const out = Math.min(maximum, Math.floor(n * config.distil.heldOutShare));
  return { heldIn: order.slice(out).sort(), heldOut: order.slice(0, out).sort() };
}

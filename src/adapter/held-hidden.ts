import type { Kernels } from '../kernels/kernels.ts';
import { type HeldMap, heldMap } from './held-map.ts';
import type { HiddenPart } from './parts.ts';

/** relu(x·into + bias)·out with both layers resident; without a bias, (x·into)·out. */
export function heldHidden({ into, bias, out }: HiddenPart, kernels: Kernels): HeldMap {
  const first = heldMap(into, kernels);
  const second = heldMap(out, kernels);
  return {
    apply: (X) => {
      const hidden = first.apply(X);
      if (bias) {
        for (let e = 0; e < hidden.data.length; e++) {
          hidden.data[e] = Math.max(hidden.data[e]! + bias[e % bias.length]!, 0);
        }
      }
      return second.apply(hidden);
    },
    free: () => {
      first.free();
      second.free();
    },
  };
}

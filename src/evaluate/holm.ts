/**
 * p values adjusted for having made several tests: reject where the adjusted value is ≤ the level.
 *
 * Edge    each is at least its own p and at most 1, and the order among them stays
 * Source  Holm 1979
 *
 * @example
 * holm([0.01, 0.04, 0.03]); // => [0.03, 0.06, 0.06]
 */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((i, j) => p[i]! - p[j]!);
  const adjusted = new Array<number>(p.length);
  let floor = 0;
  order.forEach((i, rank) => {
    floor = Math.min(1, Math.max(floor, (p.length - rank) * p[i]!));
    adjusted[i] = floor;
  });
  return adjusted;
}

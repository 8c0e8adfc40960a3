/**
 * Skewness of counts, m₃ / m₂^1.5; 0 where all are alike. Of N_k, how many queries have a document among their k nearest, it says
 * how far a few documents crowd out the others: about 0 where each is found as often as any other, 1.4 and more is called hubness.
 *
 * Source  Radovanović, Nanopoulos & Ivanović 2010
 *
 * @example
 * skewness([1, 1, 1, 5]).toFixed(2); // => '1.15'
 */
export function skewness(counts: ArrayLike<number>): number {
  const n = Math.max(1, counts.length);
  let mean = 0;
  for (let i = 0; i < counts.length; i++) mean += counts[i]! / n;
  let [second, third] = [0, 0];
  for (let i = 0; i < counts.length; i++) {
    second += (counts[i]! - mean) ** 2 / n;
    third += (counts[i]! - mean) ** 3 / n;
  }
  return second === 0 ? 0 : third / second ** 1.5;
}

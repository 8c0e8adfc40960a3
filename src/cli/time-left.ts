/** How far a step is, as shares of it: all that is done, and what of it had been done before and took no time. */
export interface Done {
  readonly share: number;
  readonly known: number;
}

/**
 * The seconds that are left of a step at the speed that it has had since its first report. What was done by then, and what a
 * cache had, says nothing about the speed. Nothing while nothing else is done.
 *
 * @example
 * secondsLeft({ share: 0.25, known: 0.25 }, { share: 0.5, known: 0.25 }, 10); // => 20
 */
export function secondsLeft(first: Done, now: Done, seconds: number): number | undefined {
  const made = now.share - now.known - (first.share - first.known);
  return made > 0 ? (seconds / made) * (1 - now.share) : undefined;
}

/**
 * A time for people.
 *
 * @example
 * [timeText(42.1), timeText(2700)]; // => ['43 s', '45 min']
 */
export function timeText(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

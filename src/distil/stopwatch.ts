export interface Stopwatch {
  /** Ends a lap and names it. */
  lap(name: string): void;
  /** Seconds of each lap, as `nameSeconds`. */
  readonly laps: Readonly<Record<string, number>>;
}

/** Times the steps of a run, for reports. */
export function stopwatch(): Stopwatch {
  const laps: Record<string, number> = {};
  let since = performance.now();
  return {
    laps,
    lap(name) {
      const now = performance.now();
      laps[`${name}Seconds`] = (now - since) / 1000;
      since = now;
    },
  };
}

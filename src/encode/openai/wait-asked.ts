/**
 * Milliseconds to wait before the next request, as the headers of an answer say; 0 when they say nothing.
 *
 * `retry-after-ms`, `retry-after` (seconds, or a date), and for each `x-ratelimit-remaining-…` that is 0 its
 * `x-ratelimit-reset-…` (seconds, or like `1h2m3.5s`, `20ms`).
 *
 * @example
 * waitAsked(new Headers({ 'retry-after': '2' }), Date.now()); // => 2000
 */
export function waitAsked(headers: Headers, now: number): number {
  const waits = [Number(headers.get('retry-after-ms') ?? 0), retryAfter(headers.get('retry-after'), now)];
  for (const what of ['requests', 'tokens']) {
    const remaining = headers.get(`x-ratelimit-remaining-${what}`);
    if (remaining !== null && Number(remaining) <= 0)
      waits.push(duration(headers.get(`x-ratelimit-reset-${what}`) ?? ''));
  }
  return Math.max(0, ...waits.filter(Number.isFinite));
}

function retryAfter(value: string | null, now: number): number {
  if (value === null) return 0;
  const seconds = Number(value);
  return Number.isNaN(seconds) ? Date.parse(value) - now : seconds * 1000;
}

function duration(value: string): number {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) total += Number(amount) * units[unit!]!;
  return total;
}

import { describe, expect, test } from 'bun:test';
import { waitAsked } from '../../../src/encode/openai/wait-asked.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

describe('waitAsked', () => {
  test.each<[Record<string, string>, number]>([
    [{}, 0],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:05 GMT' }, 0],
    [{ 'retry-after': 'soon' }, 0],
    [{ 'retry-after-ms': '30', 'retry-after': '1' }, 1000],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m2.5s' }, 62_500],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '20ms' }, 20],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '7' }, 7000],
    [{ 'x-ratelimit-remaining-tokens': '1', 'x-ratelimit-reset-tokens': '1h' }, 0],
  ])('reads %j as %d ms', (headers, expected) => {
    expect(waitAsked(new Headers(headers), now)).toBe(expected);
  });
});

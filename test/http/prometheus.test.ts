import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Metrics } from '../../src/http/prometheus.ts';

describe('Metrics', () => {
  test('buckets hold what is within their bound, the last everything; sum and count agree', () => {
    const bounds = [0.1, 1, 10];
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), (values) => {
        const metrics = new Metrics(bounds);
        const observe = metrics.histogram('seconds', 'How long.', { route: '/' });
        for (const value of values) observe(value);
        const text = metrics.text();
        const figure = (name: string) =>
          Number(
            text
              .split('\n')
              .find((line) => line.startsWith(`${name} `))
              ?.split(' ')[1] ?? 0,
          );
        for (const bound of bounds) {
          expect(figure(`seconds_bucket{route="/",le="${bound}"}`)).toBe(
            values.filter((value) => value <= bound).length,
          );
        }
        expect(figure('seconds_bucket{route="/",le="+Inf"}')).toBe(values.length);
        expect(figure('seconds_count{route="/"}')).toBe(values.length);
        expect(figure('seconds_sum{route="/"}')).toBeCloseTo(
          values.reduce((a, b) => a + b, 0),
          6,
        );
      }),
    );
  });

  test('label values are escaped, values of cleared names are gone', () => {
    const metrics = new Metrics([]);
    metrics.counter('a_total', 'A.', { label: 'one "two"\n\\' })();
    metrics.set('gauge', 'b', 'B.', {}, 3);
    expect(metrics.text()).toBe(
      '# HELP a_total A.\n# TYPE a_total counter\na_total{label="one \\"two\\"\\n\\\\"} 1\n# HELP b B.\n# TYPE b gauge\nb 3\n',
    );
    metrics.clear('b');
    expect(metrics.text()).not.toContain('b 3');
  });
});

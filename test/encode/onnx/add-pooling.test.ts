import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { addPooling } from '../../../src/encode/onnx/add-pooling.ts';
import { type Pooling, poolings } from '../../../src/encode/onnx/pooling.ts';
import { runTokens } from '../../../src/encode/onnx/run-tokens.ts';
import { row } from '../../../src/matrix.ts';
import { GraphBuilder } from '../../../src/onnx/graph-builder.ts';
import { openSession } from '../../../src/onnx/session.ts';
import { random } from '../../../src/random.ts';

const [vocabulary, dims] = [20, 3];
const numbers = random(5);
const table = Float32Array.from({ length: vocabulary * dims }, () => numbers.normal());

/** A transformer without any layer: a token's vector is its row. */
function lookup(opset: number, output = 'last_hidden_state'): Uint8Array {
  const graph = new GraphBuilder('a test');
  const ids = graph.input('input_ids', 'int64', ['n', 'tokens']);
  const rows = graph.constant('table', { dtype: 'f32', dims: [vocabulary, dims], data: table });
  graph.output(graph.op('Gather', [rows, ids], {}, output), 'f32', ['n', 'tokens', dims]);
  return graph.bytes({ irVersion: 8, opset, producer: 'a test', metadata: [] });
}

/** The definition, in f64, one text at a time and without padding. */
function pooled(way: Pooling, tokens: readonly number[], skip: number): number[] {
  const all = tokens.map((t) => Array.from(table.subarray(t * dims, (t + 1) * dims)));
  if (way === 'cls') return all[0]!;
  if (way === 'lasttoken') return all.at(-1)!;
  const kept = all.slice(skip);
  if (kept.length === 0) return new Array(dims).fill(0);
  return kept[0]!.map((_, c) => {
    const column = kept.map((x) => x[c]!);
    const sum = column.reduce((a, b) => a + b);
    if (way === 'max') return Math.max(...column);
    if (way === 'mean') return sum / kept.length;
    if (way === 'mean_sqrt_len_tokens') return sum / Math.sqrt(kept.length);
    const places = column.map((_, j) => j + 1);
    return column.reduce((a, x, j) => a + x * places[j]!, 0) / places.reduce((a, b) => a + b);
  });
}

describe('addPooling', () => {
  for (const opset of [17, 18]) {
    test(`pools as defined, in any ways side by side and whatever is skipped (operator set ${opset})`, async () => {
      const lists = fc.array(fc.array(fc.nat(vocabulary - 1), { minLength: 1, maxLength: 9 }), {
        minLength: 1,
        maxLength: 6,
      });
      await fc.assert(
        fc.asyncProperty(
          lists,
          fc.shuffledSubarray([...poolings], { minLength: 1 }),
          fc.nat(4),
          fc.boolean(),
          async (texts, ways, skip, unit) => {
            const session = await openSession(addPooling(lookup(opset), ways, { unit }), { device: 'wasm' });
            const got = await runTokens(session, texts, { padId: 0, pooling: ways }, { name: 'a test', skip });
            await session.dispose();
            for (const [i, tokens] of texts.entries()) {
              const sums = ways.flatMap((way) => pooled(way, tokens, skip));
              const length = unit && !ways.includes('max') ? Math.hypot(...sums) || 1 : 1;
              const expected = sums.map((x) => x / length);
              const off = row(got, i).map((x, c) => Math.abs(x - expected[c]!));
              expect(Math.max(...off)).toBeLessThan(1e-5);
            }
          },
        ),
        { numRuns: 30 },
      );
    });
  }

  test('hands on a model that has no tokens’ vectors, and bytes that are no model', () => {
    for (const bytes of [lookup(17, 'sentence_embedding'), new Uint8Array([1, 2, 3])]) {
      expect(addPooling(bytes, ['mean'])).toBe(bytes);
    }
  });
});

import { describe, expect, test } from 'bun:test';
import { skewness } from '../../src/collapse/hubness.ts';
import { neighbours } from '../../src/collapse/neighbours.ts';
import { config } from '../../src/config.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { agreement } from '../../src/evaluate/agreement.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { toyEngine } from './toy-engine.ts';

const kernels = await loadKernels();
const { depth, sliceQueries } = config.engine.monitor;

/** What a monitor that measures all documents in one piece would say of a matrix of theirs. */
function inOnePiece(documents: Parameters<typeof neighbours>[2], T: typeof documents) {
  const self = Uint32Array.from({ length: documents.rows }, (_, i) => i);
  const near = (X: typeof documents) => {
    const index = kernels.hold(X);
    const found = neighbours(kernels, index, X, self, depth);
    index.free();
    return found;
  };
  const counts = new Float64Array(documents.rows);
  for (const id of near(documents).ids) counts[id]! += 1;
  const scores = agreement(kernels, { documents, queries: documents, self, silver: near(T), depth });
  return { skewness: skewness(counts), agreement: scores.reduce((sum, score) => sum + score, 0) / scores.length };
}

describe('monitor', () => {
  test('measures in slices what one piece would measure, of both generations', async () => {
    // Not a whole number of slices: the last one is shorter.
    expect(250 % sliceQueries).not.toBe(0);
    const { engine, collection, events, toy } = await toyEngine(kernels, { documents: 250, fit: { force: true } });
    const texts = toy.texts;
    const base = (await collection.correct({ texts, role: 'document' })).vectors;
    await collection.sediment().done;
    const corrected = (await collection.correct({ texts, role: 'document' })).vectors;
    const figures = events.find((event): event is EngineEvent & { type: 'monitor' } => event.type === 'monitor')!;
    const [now, before] = [inOnePiece(corrected, toy.T), inOnePiece(base, toy.T)];
    expect(figures.skewness).toBeCloseTo(now.skewness, 9);
    expect(figures.agreement!.queries).toBe(250);
    expect(figures.agreement!.candidate).toBeCloseTo(now.agreement, 9);
    expect(figures.agreement!.student).toBeCloseTo(before.agreement, 9);
    await engine.close();
  });
});

import { describe, expect, test } from 'bun:test';
import { skewness } from '../../src/collapse/hubness.ts';
import { neighbours } from '../../src/collapse/neighbours.ts';
import { percentile } from '../../src/collapse/percentile.ts';
import { spread } from '../../src/collapse/spread.ts';
import { config } from '../../src/config.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { agreement } from '../../src/evaluate/agreement.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, pickRows } from '../../src/matrix.ts';
import type { Toy } from '../distil/toy.ts';
import { knowing, toyEngine } from './toy-engine.ts';

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
  const index = kernels.hold(documents);
  const spreads = spread(kernels, index, neighbours(kernels, index, documents, self, config.collapse.neighbours));
  index.free();
  return {
    skewness: skewness(counts),
    spreads,
    agreement: scores.reduce((sum, score) => sum + score, 0) / scores.length,
  };
}

/** Every document where one of the first three is. */
function crowded({ T }: Toy): Matrix {
  return pickRows(
    T,
    Array.from({ length: T.rows }, (_, i) => i % 3),
  );
}

describe('monitor', () => {
  for (const [name, taught] of [
    ['a teacher', ({ T }: Toy) => T],
    ['one that crowds its documents together', crowded],
  ] as const) {
    test(`measures in slices what one piece would measure, of both generations: ${name}`, async () => {
      // Not a whole number of slices: the last one is shorter.
      expect(250 % sliceQueries).not.toBe(0);
      const { engine, collection, events, toy } = await toyEngine(kernels, {
        documents: 250,
        fit: { force: true },
        teaching: (toy) => knowing({ ...toy, T: taught(toy) }),
      });
      const texts = toy.texts;
      const base = (await collection.correct({ texts, role: 'document' })).vectors;
      await collection.sediment().done;
      const corrected = (await collection.correct({ texts, role: 'document' })).vectors;
      await engine.close();
      const figures = events.find((event): event is EngineEvent & { type: 'monitor' } => event.type === 'monitor')!;
      const [now, before] = [inOnePiece(corrected, taught(toy)), inOnePiece(base, taught(toy))];
      const threshold = percentile(before.spreads, config.collapse.percentile);
      const collapsed = now.spreads.filter((each) => each < threshold).length;
      expect(figures.collapseRate).toBeCloseTo(collapsed / 250, 9);
      expect(figures.collapseRate > 0.5).toBe(taught === crowded);
      expect(figures.skewness).toBeCloseTo(now.skewness, 9);
      expect(figures.agreement!.queries).toBe(250);
      expect(figures.agreement!.candidate).toBeCloseTo(now.agreement, 9);
      expect(figures.agreement!.student).toBeCloseTo(before.agreement, 9);
    });
  }
});

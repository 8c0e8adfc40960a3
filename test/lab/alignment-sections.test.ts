import { describe, expect, test } from 'bun:test';
import { alignmentSections } from '../../src/lab/alignment-sections.ts';
import { overSeeds } from '../../src/lab/mean-row.ts';
import { sweep } from '../../src/lab/sweep.ts';
import { madeUpRows } from './made-up-rows.ts';

describe('alignmentSections', () => {
  test('has a row of each adapter that was aligned, and tests each step against the one before it', () => {
    const rows = madeUpRows.sweep!;
    const [chain, tested] = alignmentSections(overSeeds(rows, sweep.parameters));
    expect(chain!.table!.rows.map(({ name }) => name)).toEqual(['one, mlp, α = 1', 'two, mlp, α = 1']);
    const ndcg = (meeting: string) =>
      rows.find(({ collection, variant }) => collection === 'one' && variant === `mlp, ${meeting}`)!.ndcg as number;
    expect(chain!.table!.rows[0]!.figures).toEqual(['unaligned', 'aligned', 'learned projection'].map(ndcg));
    const differences = tested!.table!.rows.map(({ name, figures }) => [name, figures[1] as number] as const);
    expect(differences.map(([name]) => name)).toEqual(
      ['one', 'two'].flatMap((name) => ['aligned', 'learned projection'].map((step) => `${name}, mlp, ${step}, α = 1`)),
    );
    expect(differences[0]![1]).toBeCloseTo(ndcg('aligned') - ndcg('unaligned'), 6);
    expect(differences[1]![1]).toBeCloseTo(ndcg('learned projection') - ndcg('aligned'), 6);
  });
});

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { type Choice, cautiousChoice, firstChoice, startingChoice, taughtChoice } from '../../src/distil/choice.ts';
import { choose } from '../../src/distil/choose.ts';
import { random } from '../../src/random.ts';

/** Scores of 100 queries whose mean rises by `gain` for the choices that `better` accepts, with noise of its own. */
function scorer(better: (choice: Choice) => boolean, gain: number, noise = 0) {
  const base = random(1);
  const queries = Float64Array.from({ length: 100 }, () => base.uniform());
  let seed = 2;
  return async (choice: Choice) => {
    const { normal } = random(seed++);
    return queries.map((score) => score + (better(choice) ? gain : 0) + noise * normal());
  };
}

describe('choose', () => {
  test('takes a choice that is better for certain, in every stage', async () => {
    const better = (choice: Choice) => choice.weighting === 'sif';
    expect((await choose('lexical', scorer(better, 0.05))).choice.weighting).toBe('sif');
    const smaller = (choice: Choice) => choice.lambda === 0.03;
    expect((await choose('lexical', scorer(smaller, 0.05))).choice.lambda).toBe(0.03);
    const larger = (choice: Choice) => choice.ridge === 0.1;
    expect((await choose('affine', scorer(larger, 0.05))).choice.ridge).toBe(0.1);
    // A residual's map is pulled towards a rotation, so that it may be pulled harder.
    const largest = ({ ridge }: Choice) => ridge === 10;
    const start = startingChoice('residual', 1000, false);
    expect((await choose('residual', scorer(largest, 0.05), start)).choice.ridge).toBe(10);
  });

  test('stays with the first choice when the others are no better', async () => {
    expect(
      (
        await choose(
          'lexical',
          scorer(() => false, 0),
        )
      ).choice,
    ).toEqual(firstChoice);
    const { choice, tried } = await choose(
      'lexical',
      scorer((c) => c.prior, 0.001, 0.1),
    );
    expect(choice.prior).toBe(firstChoice.prior);
    expect(tried).toBe(6 + config.distil.lexicalLambdas.length - 1);
  });

  test('keeps word buckets unless it is certainly better without, and says what both had', async () => {
    const start = startingChoice('lexical', 1000, true, true);
    const { choice, words } = await choose(
      'lexical',
      scorer((c) => c.words, 0.001, 0.1),
      start,
    );
    expect([choice.words, Math.sign(words!.with - words!.without)]).toEqual([true, Math.sign(words!.z)]);
    const without = await choose(
      'lexical',
      scorer((c) => !c.words, 0.05),
      start,
    );
    expect([without.choice.words, without.words!.z < 0, without.words!.without > without.words!.with]).toEqual([
      false,
      true,
      true,
    ]);
    expect(
      (
        await choose(
          'lexical',
          scorer(() => false, 0),
        )
      ).words,
    ).toBeUndefined();
  });

  test('starts from a larger λ the fewer the documents, from none that is smaller, and tries around it', async () => {
    const { lexicalLambda, lexicalLambdas, lambdaDocuments } = config.distil;
    const lambda = (documents: number) => startingChoice('lexical', documents, true).lambda;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (a, b) => {
        expect(lambda(Math.min(a, b))).toBeGreaterThanOrEqual(lambda(Math.max(a, b)));
        expect(lambda(a)).toBeGreaterThanOrEqual(lexicalLambda);
      }),
    );
    expect(lambda(lambdaDocuments)).toBe(lexicalLambda);
    expect(lambda(lambdaDocuments / 4)).toBe(2 * lexicalLambda);
    expect(cautiousChoice('lexical', lambdaDocuments / 4).lambda).toBe(2 * lexicalLambda);
    const tried: number[] = [];
    await choose(
      'lexical',
      async ({ lambda }) => {
        tried.push(lambda);
        return new Float64Array(8);
      },
      startingChoice('lexical', lambdaDocuments / 4, true),
    );
    expect(tried.sort()).toEqual(lexicalLambdas.map((l) => 2 * l).sort());
  });

  test('keeps the table and weighting of a student that its teacher made, and chooses λ', async () => {
    const wanted = (choice: Choice) => choice.weighting === 'sif' || !choice.prior || choice.lambda === 0.03;
    const { choice } = await choose('lexical', scorer(wanted, 0.05), taughtChoice);
    expect(choice).toEqual({ ...taughtChoice, lambda: 0.03 });
  });
});

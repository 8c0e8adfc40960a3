import type { AdapterKind } from '../adapter/card.ts';
import { config } from '../config.ts';
import { pairedSignal } from '../evaluate/paired-signal.ts';
import { type Choice, firstChoice } from './choice.ts';
import { weightings } from './token-weighting.ts';

export interface Chosen {
  readonly choice: Choice;
  /** Choices that were fitted and scored. */
  readonly tried: number;
  /** Mean score of the choice and of the first one. */
  readonly score: number;
  readonly firstScore: number;
  /** Mean scores with and without word buckets, all else equal, and z of the difference; where the student has any. */
  readonly words?: { readonly with: number; readonly without: number; readonly z: number };
}

/**
 * Chooses by a score a query (higher is better), a stage at a time: first how tokens are weighted and whether the fit
 * starts from the student's table, then λ. What stands is left only for the best of those that beat it by
 * `config.distil.choiceZ` over the same queries, so that noise chooses nothing.
 *
 * A first choice that starts from the student's table keeps that table and its weighting, and only λ is chosen: the table
 * stands for far more text than the corpus, and held-out documents of the same corpus cannot speak for the rest (nDCG@10
 * on CISI: .432 kept, .392 chosen; on SciFact .625 and .631).
 */
export async function choose(
  kind: AdapterKind,
  score: (choice: Choice) => Promise<Float64Array>,
  first: Choice = firstChoice,
): Promise<Chosen> {
  let standing = { choice: first, scores: await score(first) };
  const firstScore = mean(standing.scores);
  let tried = 1;
  let words: Chosen['words'];
  for (const stage of stages(kind, first)) {
    let best = standing;
    for (const choice of stage(standing.choice)) {
      const scores = await score(choice);
      tried++;
      const { z } = pairedSignal(standing.scores, scores);
      const beats = z > config.distil.choiceZ;
      if (choice.words !== standing.choice.words) {
        words = { with: mean(standing.scores), without: mean(scores), z: -z };
      }
      if (beats && mean(scores) > mean(best.scores)) best = { choice, scores };
    }
    standing = best;
  }
  return { choice: standing.choice, tried, score: mean(standing.scores), firstScore, ...(words && { words }) };
}

type Stage = (standing: Choice) => Choice[];

function stages(kind: AdapterKind, first: Choice): Stage[] {
  const { lexicalLambdas, lexicalLambda, ridgeLambdas: ofAffine, residualRidgeLambdas } = config.distil;
  const ridgeLambdas = kind === 'residual' ? residualRidgeLambdas : ofAffine;
  const ridge: Stage = (now) => ridgeLambdas.filter((l) => l !== now.ridge).map((l) => ({ ...now, ridge: l }));
  // What is tried moves with where it starts, which is larger for few documents.
  const around = lexicalLambdas.filter((l) => l !== lexicalLambda).map((l) => l * (first.lambda / lexicalLambda));
  const lambda: Stage = (now) => around.map((l) => ({ ...now, lambda: l }));
  const weighting: Stage = (now) =>
    weightings.filter((w) => w !== now.weighting).map((w) => ({ ...now, weighting: w }));
  const features: Stage = (now) =>
    weightings
      .flatMap((w) => [true, false].map((prior) => ({ ...now, weighting: w, prior })))
      .filter((choice) => choice.weighting !== now.weighting || choice.prior !== now.prior);
  const words: Stage = (now) => [{ ...now, words: !now.words }];
  const intercept: Stage = (now) => [{ ...now, intercept: !now.intercept }];
  if (kind === 'affine') return [intercept, ridge];
  const tokens = first.words ? [words, lambda] : [lambda];
  if (kind === 'lexical') return first.prior ? tokens : [features, ...tokens];
  return kind === 'residual' ? [intercept, ridge, weighting, ...tokens] : [];
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}

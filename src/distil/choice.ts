import type { AdapterKind } from '../adapter/card.ts';
import { config } from '../config.ts';
import type { Weighting } from './token-weighting.ts';

/** What a fit leaves open. An affine fit reads `ridge` and `intercept`, a lexical one the others, a residual one all but `prior`. */
export interface Choice {
  readonly weighting: Weighting;
  /** Start from the student's table (P₀), or from zero. */
  readonly prior: boolean;
  /** Give rows to word buckets, where the student has any. */
  readonly words: boolean;
  /** λ of the token table. */
  readonly lambda: number;
  /** λ of the affine ridge, relative to the mean squared singular value. */
  readonly ridge: number;
  /** The affine map has a bias. */
  readonly intercept: boolean;
}

/** Where choosing starts: another choice has to beat it. */
export const firstChoice: Choice = {
  weighting: 'sif-idf',
  prior: false,
  words: false,
  lambda: config.distil.lexicalLambda,
  ridge: config.distil.ridgeLambda,
  intercept: false,
};

/** Where the student's table was made from this teacher, it knows more than any corpus says of most tokens: fits pull towards it. */
export const taughtChoice: Choice = { ...firstChoice, prior: true, ridge: config.distil.taughtRidgeLambda };

/** How many times larger λ of the token table is where documents are few: fewer of them speak for each token. */
const growth = (documents: number) => Math.max(1, Math.sqrt(config.distil.lambdaDocuments / Math.max(documents, 1)));

/** The same choice for so many documents. */
const grown = (choice: Choice, documents: number): Choice => ({ ...choice, lambda: choice.lambda * growth(documents) });

/**
 * Where choosing starts for a kind and a number of documents; `taught` is whether the student's table was made from this teacher, `words` whether it
 * has word buckets: whoever takes such a student wants them used.
 */
export function startingChoice(kind: AdapterKind, documents: number, taught: boolean, words = false): Choice {
  const first = grown(taught ? taughtChoice : firstChoice, documents);
  return { ...first, words, ...(kind === 'residual' && !taught && { ridge: config.distil.residualRidgeLambda }) };
}

/** With too few documents to choose: most tokens are seen too rarely to do without the student's own rows. */
export const cautiousChoice = (kind: AdapterKind, documents: number): Choice => ({
  ...startingChoice(kind, documents, false),
  prior: true,
});

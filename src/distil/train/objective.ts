import { config } from '../../config.ts';

/** What is made small. Weights of 0 leave a term out of the graph. */
export interface Objective {
  /**
   * cosine: mean over rows of 1 − cos(y, target).
   * mse: mean over rows and dimensions of (y − target)², y not normalised.
   * contrastive: mean over rows of how hard it is to pick a query's own document out of the batch's (InfoNCE).
   */
  readonly loss: 'cosine' | 'mse' | 'contrastive';
  /** Of the contrastive loss: cosines are divided by it. */
  readonly temperature?: number;
  /** Weight of the similarity-preserving term: mean over the pairs of a batch of (yᵢ·yⱼ − tᵢ·tⱼ)², rows normalised. */
  readonly similarity: number;
  /** Teacher weight α of the blend behind a trained projection; 1 where there is none. */
  readonly alpha: number;
  /** Weight of the same term on the projected teacher, so that it does not shrink to a point to please the adapter. */
  readonly projectionSimilarity: number;
  /** Weight of the reversed gradient of a discriminator of taught against corrected rows; without it there is none. */
  readonly adversarial?: number;
  /** What keeps that game stable, where it is not `config.adversary`'s: a guard is taken out by a number that it never meets. */
  readonly guards?: Partial<AdversaryGuards>;
}

export interface AdversaryGuards {
  /** The largest weight that is taken. */
  readonly mostWeight: number;
  /** Length at which the gradient of either player is cut off. */
  readonly clip: number;
  /** Shares of right answers in a batch, both left out, between which the adapter is given anything. */
  readonly accuracy: { readonly least: number; readonly most: number };
}

export function guardsOf({ guards }: Pick<Objective, 'guards'>): AdversaryGuards {
  return { ...config.adversary, ...guards };
}

import type { Adapter } from '../adapter/adapter.ts';
import type { AdapterCard } from '../adapter/card.ts';
import { kernelsAdapter } from '../adapter/kernels-adapter.ts';
import type { AdapterParts } from '../adapter/parts.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import type { TokenBags } from '../token-bags.ts';
import type { Corpus } from './corpus.ts';

/** Texts as the student sees them. */
export interface Texts {
  readonly vectors: Matrix;
  readonly tokens: TokenBags;
}

/** A fit that is not a file yet. */
export interface Candidate {
  readonly parts: AdapterParts;
  readonly card: AdapterCard;
}

/** Runs `use` with a candidate made ready by the code that will serve it, and frees it. */
export async function withCandidate<R>(
  kernels: Kernels,
  { table }: Pick<Corpus, 'table'>,
  candidate: Candidate,
  use: (adapter: Adapter) => Promise<R>,
): Promise<R> {
  const adapter = kernelsAdapter(candidate, table ? { kernels, table } : { kernels });
  try {
    return await use(adapter);
  } finally {
    await adapter.dispose();
  }
}

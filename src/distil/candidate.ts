import type { AdapterCard } from '../adapter/card.ts';
import { kernelsAdapter } from '../adapter/kernels-adapter.ts';
import type { AdapterParts } from '../adapter/parts.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import type { TokenBags } from '../token-bags.ts';
import type { Corpus } from './corpus.ts';

export interface Texts {
  readonly vectors: Matrix;
  readonly tokens: TokenBags;
}

/** Runs `use` with the correction of a candidate that is not a file yet, by the code that will serve it. */
export async function withCandidate<R>(
  kernels: Kernels,
  corpus: Pick<Corpus, 'table'>,
  fit: { readonly parts: AdapterParts; readonly card: AdapterCard },
  use: (correct: (texts: Texts) => Promise<Matrix>) => Promise<R>,
): Promise<R> {
  const adapter = kernelsAdapter(fit, corpus.table ? { kernels, table: corpus.table } : { kernels });
  try {
    return await use((texts) => adapter.correct(texts));
  } finally {
    await adapter.dispose();
  }
}

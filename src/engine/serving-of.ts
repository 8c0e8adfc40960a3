import type { AdapterCard } from '../adapter/card.ts';
import { adviceOf } from '../evaluate/advise-documents.ts';
import { type Serving, servings } from '../store/store.ts';

/** What a cycle may be told: a way to serve, or the one that its adapter's card advises. */
export const askedServings = [...servings, 'advised'] as const;
export type AskedServing = (typeof askedServings)[number];

/** How an adapter's documents are searched. One that no teacher taught has corrected ones alone. */
export function servingOf(asked: AskedServing, card: Pick<AdapterCard, 'mode' | 'fit'>): Serving {
  if (card.mode === 'baseline') return 'symmetric';
  if (asked !== 'advised') return asked;
  return adviceOf(card) === 'mixed' ? 'mixed' : 'symmetric';
}

import { z } from 'zod';
import type { StudentCard } from './student-card.ts';

const origins = z.object({
  source: z.string().optional(),
  licence: z.string().optional(),
  startedFrom: z
    .object({ student: z.string(), source: z.string().optional(), licence: z.string().optional() })
    .optional(),
});

/**
 * What whoever passes a student on has to pass on with it: what it is derived from, under which licences. Nothing where its
 * card names no licence.
 *
 * @example
 * const provenance = { source: 'all-MiniLM-L6-v2', licence: 'Apache-2.0' };
 * const card = { formatVersion: 1, id: 'own', revision: '1', dims: 256, vocabularySize: 30522, table: '…', provenance } as const;
 * studentNotice(card)?.split('\n')[1]; // => 'Derived from all-MiniLM-L6-v2, licence Apache-2.0.'
 */
export function studentNotice({ id, provenance }: StudentCard): string | null {
  const { success, data } = origins.safeParse(provenance);
  if (!success) return null;
  const { source, licence, startedFrom } = data;
  const derived = [
    licence && source && `Derived from ${source}, licence ${licence}.`,
    startedFrom?.licence &&
      `Derived from ${startedFrom.source ?? startedFrom.student}, licence ${startedFrom.licence}, through the student ${startedFrom.student}.`,
  ].filter(Boolean);
  if (derived.length === 0) return null;
  return [id, ...derived, 'Changed: made into a table of one row a token.', ''].join('\n');
}

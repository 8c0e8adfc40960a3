import type { AdapterCard } from '../adapter/card.ts';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { adviceOf } from '../evaluate/advise-documents.ts';

/** What `evaluate --documents` takes: a side, or what the adapter's card advises. */
export const documentSides = ['advised', 'corrected', 'mixed', 'teacher'] as const;
export type AskedSide = (typeof documentSides)[number];

export interface SearchedDocuments {
  readonly searched: Exclude<AskedSide, 'advised'>;
  /** One line for people. */
  readonly because: string;
}

/**
 * Which documents are searched, and why. Without a wish it is what `distil` found on held-out passages, where an adapter
 * with such an advice and the teacher's vectors are at hand; corrected ones otherwise.
 *
 * @throws {ChelatedError} invalid_input where the side needs a teacher, or an advice an adapter
 */
export function searchedDocuments(
  asked: AskedSide | undefined,
  teacher: string | undefined,
  card: AdapterCard | null,
): SearchedDocuments {
  if (asked !== undefined && asked !== 'corrected' && teacher === undefined) {
    throw new ChelatedError('invalid_input', `--documents ${asked} needs --teacher ID or vectors:DOCS.npy`);
  }
  if (asked !== undefined && asked !== 'advised') return { searched: asked, because: `--documents ${asked}` };
  if (asked === 'advised' && card === null) {
    throw new ChelatedError('invalid_input', '--documents advised needs --adapter FILE.onnx: its card has the advice');
  }
  const lacks = card === null ? 'no adapter' : teacher === undefined ? 'no --teacher' : null;
  return lacks !== null ? { searched: 'corrected', because: `${lacks} to advise another` } : advisedBy(card!);
}

function advisedBy(card: AdapterCard): SearchedDocuments {
  const advice = adviceOf(card);
  if (advice === null) return { searched: 'corrected', because: 'the adapter’s card has no advice' };
  const { mixedZ } = card.fit;
  const limit = config.gate.zAlone;
  const because =
    typeof mixedZ === 'number'
      ? `advised: held-out passages find more in mixed documents by z ${mixedZ.toFixed(1)}, and it takes more than ${limit}`
      : 'advised: held-out passages could not tell';
  return { searched: advice, because };
}

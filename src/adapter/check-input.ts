import { ChelatedError } from '../errors.ts';
import { assertFinite, type Matrix } from '../matrix.ts';
import type { TokenBags } from '../token-bags.ts';
import type { AdapterInput } from './adapter.ts';
import type { AdapterCard } from './card.ts';

/** The part of an input that an adapter uses, checked; the other part is null. */
export interface CheckedInput {
  readonly rows: number;
  readonly vectors: Matrix | null;
  readonly tokens: TokenBags | null;
}

/** @throws {ChelatedError} text_required, invalid_input, shape_mismatch, not_finite */
export function checkInput(input: AdapterInput, card: AdapterCard): CheckedInput {
  const vectors = card.needs === 'tokens' ? null : checkVectors(input, card);
  const tokens = card.needs === 'vector' ? null : checkTokens(input, card);
  if (vectors && tokens && vectors.rows !== tokens.rows) {
    throw new ChelatedError(
      'shape_mismatch',
      `${vectors.rows} vectors and the tokens of ${tokens.rows} texts; give both of the same texts`,
    );
  }
  return { rows: (vectors ?? tokens)?.rows ?? 0, vectors, tokens };
}

function checkVectors({ vectors }: AdapterInput, { kind, dIn }: AdapterCard): Matrix {
  if (!vectors) {
    throw new ChelatedError(
      'invalid_input',
      `the ${kind} adapter needs base vectors, got none; encode the texts first`,
    );
  }
  if (vectors.dims !== dIn || vectors.data.length !== vectors.rows * dIn) {
    throw new ChelatedError(
      'shape_mismatch',
      `adapter expects d=${dIn}, got ${vectors.rows} vectors with d=${vectors.dims}; fit it again for this model`,
    );
  }
  assertFinite(vectors, 'vectors to correct');
  return vectors;
}

function checkTokens({ tokens }: AdapterInput, { kind }: AdapterCard): TokenBags {
  if (!tokens) {
    throw new ChelatedError(
      'text_required',
      `the ${kind} adapter needs the texts' tokens, got vectors alone; give the texts`,
    );
  }
  const { rows, offsets, ids, counts } = tokens;
  if (offsets.length !== rows + 1 || offsets[rows] !== ids.length || ids.length !== counts.length) {
    throw new ChelatedError(
      'shape_mismatch',
      `token bags of ${rows} texts with ${offsets.length} offsets, ${ids.length} ids and ${counts.length} counts do not fit together`,
    );
  }
  for (const count of counts) {
    if (!(count > 0 && count < Number.POSITIVE_INFINITY)) {
      throw new ChelatedError('not_finite', `a token count is ${count}; every count must be positive and finite`);
    }
  }
  return tokens;
}

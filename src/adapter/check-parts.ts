import { ChelatedError, type ErrorCode } from '../errors.ts';
import { allFinite } from '../matrix.ts';
import type { AdapterCard, AdapterKind, AdapterNeeds } from './card.ts';
import type { AdapterParts, HiddenPart, TeacherMap, TokenPart } from './parts.ts';

/** What each kind is given. */
export const needsOf: Record<AdapterKind, AdapterNeeds> = {
  identity: 'vector',
  orthogonal: 'vector',
  affine: 'vector',
  lexical: 'tokens',
  residual: 'both',
  lowrank: 'vector',
  mlp: 'vector',
};

/** What each kind is made of, beside a teacher map: whether it may or must have it. */
const make: Record<AdapterKind, { map: Presence; bias: Presence; tokens: Presence; hidden: Presence }> = {
  identity: { map: 'never', bias: 'never', tokens: 'never', hidden: 'never' },
  orthogonal: { map: 'always', bias: 'never', tokens: 'never', hidden: 'never' },
  affine: { map: 'always', bias: 'maybe', tokens: 'never', hidden: 'never' },
  lexical: { map: 'maybe', bias: 'maybe', tokens: 'always', hidden: 'never' },
  residual: { map: 'maybe', bias: 'maybe', tokens: 'always', hidden: 'never' },
  lowrank: { map: 'maybe', bias: 'maybe', tokens: 'never', hidden: 'always' },
  mlp: { map: 'maybe', bias: 'maybe', tokens: 'never', hidden: 'always' },
};

type Presence = 'never' | 'maybe' | 'always';

/**
 * Checks that the numbers of an adapter are what its card says, in kind, widths and counts, and are finite.
 *
 * @throws {ChelatedError} `code` (shape_mismatch for parts that were just made, adapter_corrupt for a file's)
 */
export function checkParts(parts: AdapterParts, card: AdapterCard, code: ErrorCode): void {
  const check = (holds: boolean, message: () => string) => {
    if (!holds) throw new ChelatedError(code, `${card.kind} adapter: ${message()}`);
  };
  const { dIn, dOut, kind } = card;
  check(isSize(dIn) && isSize(dOut), () => `widths must be positive integers, got ${dIn} and ${dOut}`);
  check(card.needs === needsOf[kind], () => `needs "${needsOf[kind]}", the card says "${card.needs}"`);
  for (const name of ['map', 'bias', 'tokens', 'hidden'] as const) {
    const [presence, present] = [make[kind][name], (parts[name] ?? null) !== null];
    check(presence === 'maybe' || (presence === 'always') === present, () => `has ${presence} a part "${name}"`);
  }
  const { map, bias, tokens, hidden, teacher } = parts;
  if (map) {
    check(
      map.rows === dIn && map.dims === dOut,
      () => `map is ${map.rows} × ${map.dims}, the card says ${dIn} × ${dOut}`,
    );
    check(fills(map.data, dIn * dOut) && allFinite(map.data), () => 'map must be filled with finite numbers');
  } else check(dIn === dOut, () => `without a map, ${dIn} numbers in cannot be ${dOut} out`);
  if (bias) check(bias.length === dOut && allFinite(bias), () => `bias must be ${dOut} finite numbers`);
  if (tokens) checkTokens(tokens, dOut, check);
  if (hidden) checkHidden(hidden, card, check);
  if (teacher) checkTeacher(teacher, dOut, check);
}

type Check = (holds: boolean, message: () => string) => void;

function checkHidden({ into, bias, out }: HiddenPart, { kind, dIn, dOut }: AdapterCard, check: Check): void {
  const h = into.dims;
  check(
    into.rows === dIn && out.rows === h && out.dims === dOut,
    () => `hidden part is ${into.rows} × ${h} and ${out.rows} × ${out.dims}, the card says ${dIn} and ${dOut}`,
  );
  check(
    fills(into.data, dIn * h) && fills(out.data, h * dOut) && allFinite(into.data) && allFinite(out.data),
    () => 'hidden part must be filled with finite numbers',
  );
  check((kind === 'mlp') === (bias !== null), () => `hidden bias: kind mlp has one, lowrank has none`);
  if (bias) check(bias.length === h && allFinite(bias), () => `hidden bias must be ${h} finite numbers`);
}

function checkTokens({ rows, rowOf, weights }: TokenPart, dOut: number, check: Check): void {
  check(rows.dims === dOut, () => `token rows are ${rows.dims} wide, the card says ${dOut}`);
  check(
    rows.data.length === rows.rows * rows.dims && fills(rows.scales, rows.rows) && allFinite(rows.scales),
    () => `${rows.rows} token rows need as many finite scales and ${rows.rows * rows.dims} int8 numbers`,
  );
  check(
    weights.length === rowOf.length && allFinite(weights),
    () => `${rowOf.length} tokens need as many finite weights`,
  );
  check(allBelow(rowOf, rows.rows), () => `a token names a row that is not among the ${rows.rows}`);
}

function checkTeacher({ mean, map }: TeacherMap, dOut: number, check: Check): void {
  check(mean.length > 0 && allFinite(mean), () => "the teacher's mean must be finite numbers");
  if (map) {
    check(
      map.rows === mean.length && map.dims === dOut && fills(map.data, map.rows * map.dims) && allFinite(map.data),
      () => `the teacher's map is ${map.rows} × ${map.dims}, expected ${mean.length} × ${dOut}, finite`,
    );
  } else check(mean.length === dOut, () => `without a map, a teacher of ${mean.length} cannot be ${dOut} out`);
}

/** Whether all are −1 … limit − 1. A loop, as in `allFinite`: a vocabulary is long, and this runs beside requests. */
function allBelow(rowOf: Int32Array, limit: number): boolean {
  for (let t = 0; t < rowOf.length; t++) if (rowOf[t]! < -1 || rowOf[t]! >= limit) return false;
  return true;
}

const isSize = (d: number) => Number.isSafeInteger(d) && d > 0;
const fills = (data: Float32Array, count: number) => data.length === count;

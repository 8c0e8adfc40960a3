import type { Metadata, MetadataValue } from '../store/store.ts';

/** What one field of a document's metadata must be: a value, one of several, or a number or text within bounds. */
export type Condition =
  | MetadataValue
  | { readonly in: readonly MetadataValue[] }
  | { readonly gte?: number | string; readonly lte?: number | string };

/** Conditions by field; all of them must hold. */
export type Filter = Readonly<Record<string, Condition>>;

/**
 * Whether a document's metadata meets every condition. A field that is a list meets one when any of its values does; a
 * field that is not there meets only `null`.
 *
 * @example
 * matches({ year: { gte: 2000 }, kind: 'paper' }, { year: 2024, kind: 'paper' }); // => true
 */
export function matches(filter: Filter, metadata: Metadata | null): boolean {
  return Object.entries(filter).every(([field, condition]) => {
    const value = metadata !== null && Object.hasOwn(metadata, field) ? metadata[field]! : null;
    const values = Array.isArray(value) ? (value as readonly MetadataValue[]) : [value as MetadataValue];
    return values.some((each) => meets(condition, each));
  });
}

function meets(condition: Condition, value: MetadataValue): boolean {
  if (condition === null || typeof condition !== 'object') return value === condition;
  if ('in' in condition) return condition.in.includes(value);
  const { gte, lte } = condition;
  return within(value, gte, (a, b) => a >= b) && within(value, lte, (a, b) => a <= b);
}

function within(
  value: MetadataValue,
  bound: number | string | undefined,
  holds: (a: number | string, b: number | string) => boolean,
): boolean {
  if (bound === undefined) return true;
  return typeof value === typeof bound && holds(value as number | string, bound);
}

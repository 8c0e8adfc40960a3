import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { type AdapterCard, adapterKinds } from './card.ts';

/** The card as it stands in the file. The same card gives the same text, whatever the order of its fields. */
export function cardText(card: AdapterCard): string {
  return JSON.stringify(sorted(card));
}

/**
 * The card of a file whose hash was right: what remains to be refused is a newer format, or a file made by something else.
 *
 * @throws {ChelatedError} adapter_version, adapter_corrupt
 */
export function readCard(text: string | undefined): AdapterCard {
  const card = parse(text);
  const version = card.formatVersion;
  const newest = config.adapterFile.formatVersion;
  if (!Number.isSafeInteger(version) || version < 1) throw corrupt(`format version ${version}`);
  if (version > newest) {
    throw new ChelatedError(
      'adapter_version',
      `the adapter file has format ${version}, this build reads up to ${newest}; update chelated, or distil it again`,
    );
  }
  if (!adapterKinds.includes(card.kind)) throw corrupt(`kind ${JSON.stringify(card.kind)}`);
  if (typeof card.baseFingerprint !== 'string') throw corrupt('no base fingerprint');
  return card;
}

function parse(text: string | undefined): AdapterCard {
  if (text === undefined) throw corrupt('no card');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as AdapterCard;
  } catch (cause) {
    throw corrupt('a card that is not JSON', cause);
  }
  throw corrupt('a card that is not an object');
}

function corrupt(what: string, cause?: unknown): ChelatedError {
  return new ChelatedError('adapter_corrupt', `the adapter file has ${what}; distil it again`, { cause });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

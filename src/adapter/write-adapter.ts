import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { adapterGraph } from './adapter-graph.ts';
import type { AdapterCard } from './card.ts';
import { cardText } from './card-text.ts';
import { checkParts } from './check-parts.ts';
import type { AdapterParts } from './parts.ts';
import { hashKey, seal, unsealed } from './seal.ts';
import { metadataKeys } from './tensor-names.ts';

/**
 * An adapter as one ONNX file, with its card in the metadata and the SHA-256 of all of it at its end.
 * The same parts and card give the same bytes.
 *
 * @throws {ChelatedError} shape_mismatch when the parts are not what the card says; adapter_version for another format
 * @example
 * const card = { formatVersion: 1, kind: 'identity', needs: 'vector', dIn: 4, dOut: 4, baseFingerprint: 'a student' };
 * const file = await writeAdapter({ map: null, bias: null, tokens: null, teacher: null }, card);
 * file.length < 2048; // => true
 */
export async function writeAdapter(parts: AdapterParts, card: AdapterCard): Promise<Uint8Array> {
  const { formatVersion, irVersion, opset } = config.adapterFile;
  if (card.formatVersion !== formatVersion) {
    throw new ChelatedError(
      'adapter_version',
      `this build writes adapter format ${formatVersion}, the card says ${card.formatVersion}`,
    );
  }
  checkParts(parts, card, 'shape_mismatch');
  const metadata: [string, string][] = [[metadataKeys.card, cardText(card)]];
  if (parts.tokens) metadata.push([metadataKeys.termFrequency, parts.tokens.termFrequency]);
  metadata.push([hashKey, unsealed]);
  return seal(adapterGraph(parts, card).bytes({ irVersion, opset, producer: 'chelated', metadata }));
}

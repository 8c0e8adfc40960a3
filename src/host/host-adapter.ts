import type { ReadAdapter } from '../adapter/read-adapter.ts';
import { adaptedFingerprint } from '../engine/generation.ts';
import { type Matrix, transpose } from '../matrix.ts';
import { type HostSection, writeHostFile } from './host-file.ts';

/**
 * The host file of an adapter: the numbers that correct a vector. How a teacher's vector gets into the space is left out:
 * hosts answer queries.
 *
 * Maps are stored transposed, a row an output: what `gemv_f32` takes.
 */
export async function hostAdapter({ parts, card, hash }: ReadAdapter): Promise<Uint8Array> {
  const { map, bias, tokens, hidden } = parts;
  const sections = new Map<string, HostSection>();
  const put = (name: string, X: HostSection) => sections.set(name, X);
  const putMap = (name: string, X: Matrix) => put(name, transpose(X));
  if (map) putMap('map', map);
  if (bias) put('bias', list(bias));
  if (hidden) {
    putMap('into', hidden.into);
    if (hidden.bias) put('into_bias', list(hidden.bias));
    putMap('out', hidden.out);
  }
  if (tokens) {
    put('token_rows', tokens.rows);
    put('token_scales', list(tokens.rows.scales));
    put('row_of', list(tokens.rowOf));
    put('token_weights', list(tokens.weights));
  }
  const { kind, dIn, dOut, outputSpace, baseFingerprint, contextGate } = card;
  return writeHostFile({
    header: {
      ...{ what: contextGate ? 'gated adapter' : 'adapter', kind, dIn, dOut, outputSpace, baseFingerprint },
      fingerprint: await adaptedFingerprint(baseFingerprint, { hash }),
      termFrequency: tokens?.termFrequency ?? null,
    },
    sections,
  });
}

const list = (data: HostSection['data']): HostSection => ({ rows: data.length, dims: 1, data });

import { breathe } from '../breathe.ts';
import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { SessionOptions } from '../onnx/session.ts';
import type { Adapter } from './adapter.ts';
import type { AdapterHost } from './adapter-source.ts';
import { kernelsAdapter } from './kernels-adapter.ts';
import { readAdapter } from './read-adapter.ts';

export interface LoadAdapterOptions extends SessionOptions {
  /** The student that will serve: an encoder, or its fingerprint and token table. */
  readonly encoder: Pick<Encoder, 'baseFingerprint' | 'table'>;
  readonly kernels: Kernels;
  readonly backend?: Adapter['backend'];
}

/**
 * An adapter file, checked and ready to run for this student. Dispose of it when done.
 *
 * @throws {ChelatedError} adapter_corrupt, adapter_version, adapter_wrong_model (fitted for another student), backend_failed
 * @example
 * const file = new Uint8Array(1000); // not an adapter
 * const kernels = {} as Kernels;
 * const refused = await loadAdapter(file, { encoder: { baseFingerprint: 'mine' }, kernels }).catch(({ code }) => code);
 * refused; // => 'adapter_corrupt'
 */
export async function loadAdapter(bytes: Uint8Array, options: LoadAdapterOptions): Promise<Adapter> {
  const { encoder, kernels, backend = config.adapterRun.backend } = options;
  const source = await readAdapter(bytes);
  await breathe(); // a server opens an adapter beside requests: first it is read, then it goes to the kernels
  const { baseFingerprint, student } = source.card;
  if (baseFingerprint !== encoder.baseFingerprint) {
    throw new ChelatedError(
      'adapter_wrong_model',
      `the adapter was fitted for student ${student} (${baseFingerprint.slice(0, 12)}…), this one is ` +
        `${encoder.baseFingerprint.slice(0, 12)}…; use that student, or distil an adapter for this one`,
    );
  }
  const host: AdapterHost = encoder.table ? { kernels, table: encoder.table } : { kernels };
  if (backend === 'kernels') return kernelsAdapter(source, host);
  const { onnxAdapter } = await import('./onnx-adapter.ts');
  return onnxAdapter(bytes, source, host, options);
}

import { config } from '../../config.ts';

/** As many threads as a transformer is wanted to have, and there are cores for. */
export function encoderThreads(): number {
  const cores = typeof navigator === 'undefined' ? undefined : navigator.hardwareConcurrency;
  return Math.min(config.onnxEncoder.threads, cores ?? config.onnxEncoder.threads);
}

import type { OnnxModel } from './session.ts';

/** Reads of a model of which the first was made before: it is given once and not held from then on. */
export function handOver(first: OnnxModel, read: () => Promise<OnnxModel>): () => Promise<OnnxModel> {
  let held: OnnxModel | undefined = first;
  return async () => {
    const model = held ?? (await read());
    held = undefined;
    return model;
  };
}

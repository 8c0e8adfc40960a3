import { config } from '../config.ts';
import type { Dataset } from '../evaluate/dataset.ts';
import { judgedPairs } from '../labelled/judged-pairs.ts';
import { sdft } from '../labelled/sdft.ts';
import type { Collection } from './collection.ts';
import { type CollectionFit, correctCollection, fitCollection } from './fit-collection.ts';

export interface SdftFit extends CollectionFit {
  readonly learningRate: number;
  readonly epochs: number;
  readonly heldOutLoss: number | null;
  /** Of the second stage, all rates that were tried. */
  readonly tuneSeconds: number;
}

/** Both stages of SDFT: an `mlp` distilled on the teacher's vectors, tuned at each rate; train queries kept out choose one. */
export async function fitSdft(collection: Collection, train: Dataset): Promise<SdftFit> {
  const { kernels, base, taught, seed } = collection;
  const pairs = judgedPairs(train, seed);
  const { result } = await fitCollection(collection, { adapter: 'mlp' });
  const started = performance.now();
  const tuned = [];
  for (const learningRate of config.labelled.learningRates) {
    const input = { X: base.documents, Q: base.queries, distilled: result.parts, pairs, seed, learningRate };
    tuned.push({ learningRate, ...(await sdft(kernels, input)) });
  }
  const best = tuned.reduce((a, b) => (b.trained.heldOutLoss! < a.trained.heldOutLoss! ? b : a));
  const tuneSeconds = (performance.now() - started) / 1000;
  return {
    ...(await correctCollection(collection, { ...result, parts: best.parts }, taught.documents)),
    learningRate: best.learningRate,
    epochs: best.trained.bestEpoch,
    heldOutLoss: best.trained.heldOutLoss,
    tuneSeconds,
  };
}

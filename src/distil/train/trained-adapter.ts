import type { AdapterKind, FitFigures } from '../../adapter/card.ts';
import type { Choice } from '../choice.ts';
import type { Corpus } from '../corpus.ts';
import type { AdapterFit } from '../fit-adapter.ts';
import type { FitData } from '../fit-data.ts';
import type { FitPlan } from '../fit-plan.ts';
import { splitDocuments } from '../split-documents.ts';
import { defaultHidden, fitTrained } from './fit-trained.ts';
import { type TrainedKind, trainedKinds } from './network.ts';
import { defaultObjective } from './train-options.ts';

export interface TrainedAdapterOptions {
  /**
   * Figures of the same fit on fewer documents: this one runs as many epochs as were best there, on all of its documents.
   * Without them some are held out, and end it.
   */
  readonly before?: FitFigures;
  readonly onShare?: (share: number) => void;
}

export function isTrained(kind: AdapterKind): kind is TrainedKind {
  return (trainedKinds as readonly AdapterKind[]).includes(kind);
}

/** A fit of a kind that gradients train, as the closed forms give theirs. */
export async function trainedAdapter(
  plan: FitPlan & { readonly kind: TrainedKind },
  { T }: Pick<Corpus, 'T'>,
  data: FitData,
  { ridge, intercept }: Choice,
  { before, onShare }: TrainedAdapterOptions,
): Promise<AdapterFit> {
  const { kernels, kind, seed, signal } = plan;
  const space = data.teacher ? plan.space : 'student';
  const epochs = typeof before?.epochs === 'number' ? before.epochs : null;
  const hidden = defaultHidden(kind, data.X.dims);
  const { adversarial } = plan;
  const { parts, trained, discriminatorAccuracy } = await fitTrained(kernels, data, {
    ...{ kind, space, seed, ridge, intercept, hidden },
    ...(epochs === null ? { heldOut: splitDocuments(data.X.rows, seed).heldOut } : { stopAfter: epochs }),
    ...(adversarial && { objective: { ...defaultObjective, adversarial } }),
    ...(plan.learnProjection && T && { projection: { T } }),
    ...(onShare && { onProgress: ({ step, steps }) => onShare(step / steps) }),
    ...(signal && { signal }),
  });
  const { loss, similarity } = defaultObjective;
  return {
    parts,
    figures: {
      ...(space === 'teacher' && { ridge, intercept }),
      ...{ hidden, loss, similarity, epochs: trained.bestEpoch, steps: trained.steps },
      heldOutLoss: before?.heldOutLoss ?? trained.heldOutLoss,
      stopped: before?.stopped ?? trained.stopped,
      device: trained.device,
      ...(plan.learnProjection && { projection: 'learned' }),
      // Like the loss: of documents held out, which the last fit has none of.
      ...(adversarial && {
        adversarial,
        discriminatorAccuracy: before?.discriminatorAccuracy ?? discriminatorAccuracy ?? null,
      }),
    },
  };
}

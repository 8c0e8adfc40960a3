import type { AdapterCard, AdapterKind, ChosenFile, DeviceChoice } from 'chelated/browser';

/** What the page asks of its worker. Files go over by reference: nothing is copied before it is read. */
export type Call =
  | {
      readonly type: 'distil';
      readonly corpus: File;
      readonly teacher:
        | { readonly vectors: File }
        | { readonly model: readonly ChosenFile[]; readonly device: DeviceChoice };
      readonly kind: AdapterKind;
      readonly force: boolean;
    }
  | { readonly type: 'search'; readonly query: string };

/** What the worker says. */
export type Answer =
  | { readonly type: 'progress'; readonly step: string; readonly share: number }
  | { readonly type: 'note'; readonly text: string }
  | {
      readonly type: 'adapter';
      readonly file: Uint8Array<ArrayBuffer>;
      readonly card: AdapterCard;
      readonly verdict: string;
    }
  | { readonly type: 'found'; readonly before: readonly Hit[]; readonly after: readonly Hit[] }
  | { readonly type: 'failed'; readonly message: string };

export interface Hit {
  readonly id: string;
  readonly score: number;
  readonly text: string;
}

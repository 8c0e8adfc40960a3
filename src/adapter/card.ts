/**
 * The maps that exist. `residual` is affine on the base vector plus the lexical token table; `lowrank` and `mlp` are
 * trained by gradients.
 */
export const adapterKinds = ['identity', 'orthogonal', 'affine', 'lexical', 'residual', 'lowrank', 'mlp'] as const;
export type AdapterKind = (typeof adapterKinds)[number];

export type AdapterNeeds = 'vector' | 'tokens' | 'both';
export const outputSpaces = ['teacher', 'student'] as const;
export type OutputSpace = (typeof outputSpaces)[number];
/** `sdft`: offline first, then tuned on judged queries. */
export const distilModes = ['offline', 'hybrid', 'baseline', 'sdft'] as const;
export type DistilMode = (typeof distilModes)[number];

/** Term-frequency part of the lexical features: the count itself, or log(1 + count). */
export type TermFrequency = 'count' | 'log';

/** What the file says of itself; stored as JSON in the ONNX file's metadata under `chelated.card`. */
export interface AdapterCard {
  readonly formatVersion: number;
  readonly kind: AdapterKind;
  readonly needs: AdapterNeeds;
  readonly dIn: number;
  readonly dOut: number;
  readonly outputSpace: OutputSpace;
  readonly baseFingerprint: string;
  readonly student: string;
  /** There where the student weighs its tokens by their text: then only it can prepare them. */
  readonly contextGate?: true;
  readonly teacher: string | null;
  readonly mode: DistilMode;
  readonly alpha: number | null;
  readonly push: number | null; // η
  readonly seed: number;
  readonly lambda: number | null;
  readonly documents: number; // rows of the fit
  readonly failed: number; // documents masked
  readonly fit: FitFigures;
  readonly gate: GateFigures | null;
  readonly createdBy: string; // chelated version
}

/** How the fit went: free-form numbers and names, for people and reports. */
export type FitFigures = Readonly<Record<string, number | string | boolean | null>>;

/** What the promotion gate measured, candidate beside the unadapted student. */
export interface GateFigures {
  readonly promoted: boolean;
  readonly forced: boolean;
  readonly reason: string;
  readonly heldOut: number;
  readonly agreement: SignalFigures | null;
  readonly inverseCloze: SignalFigures | null;
  readonly judged: SignalFigures | null;
}

/** Mean nDCG@10 of student and candidate over the same queries, and z of the paired difference. */
export interface SignalFigures {
  readonly queries: number;
  readonly student: number;
  readonly candidate: number;
  readonly z: number;
}

import type { AdapterCard, AdapterKind, DistilMode, FitFigures, GateFigures, OutputSpace } from '../adapter/card.ts';
import { needsOf } from '../adapter/check-parts.ts';
import type { AdapterParts } from '../adapter/parts.ts';
import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';

export interface CardInput {
  readonly kind: AdapterKind;
  readonly parts: AdapterParts;
  readonly student: Pick<Encoder, 'id' | 'dims' | 'baseFingerprint' | 'gate'>;
  readonly teacher: string | null;
  readonly space: OutputSpace;
  readonly mode: DistilMode;
  readonly alpha: number | null;
  readonly push: number | null;
  readonly seed: number;
  readonly documents: number;
  readonly failed: number;
  readonly fit: FitFigures;
  readonly gate: GateFigures | null;
}

/** The card of a fit, as its file will carry it. */
export function makeCard({ kind, parts, student, space, fit, ...rest }: CardInput): AdapterCard {
  return {
    formatVersion: config.adapterFile.formatVersion,
    kind,
    needs: needsOf[kind],
    dIn: student.dims,
    dOut: parts.map?.dims ?? parts.tokens?.rows.dims ?? student.dims,
    outputSpace: space,
    baseFingerprint: student.baseFingerprint,
    student: student.id,
    ...(student.gate && { contextGate: true as const }),
    lambda: numberOrNull(fit.lambda ?? fit.ridge),
    fit,
    createdBy: config.createdBy,
    ...rest,
  };
}

const numberOrNull = (value: unknown) => (typeof value === 'number' ? value : null);

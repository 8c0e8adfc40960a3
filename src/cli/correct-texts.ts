import type { Adapter } from '../adapter/adapter.ts';
import type { Encoder, TextRole } from '../encode/encoder.ts';
import { adapterInput } from '../engine/adapter-input.ts';
import type { Matrix } from '../matrix.ts';

/** A text of a collection, and where it stands in its file when that is not its place here. */
export interface PlacedText {
  readonly id: string;
  readonly text: string;
  readonly position?: number;
}

/** Vectors of texts: the encoder's own, or corrected where there is an adapter. Rows in the order of the texts. */
export async function correctTexts(
  encoder: Encoder,
  adapter: Adapter | null,
  texts: readonly PlacedText[],
  role: TextRole,
  onShare: (share: number) => void = () => {},
): Promise<Matrix> {
  const positions = texts.map((text) => text.position);
  const { input } = await adapterInput(
    encoder,
    texts.map((text) => text.text),
    adapter?.card.needs ?? 'vector',
    {
      role,
      ids: texts.map((text) => text.id),
      ...(positions.every((position) => position !== undefined) && { positions }),
      onProgress: (done, total) => onShare(done / total),
    },
  );
  return adapter ? adapter.correct(input) : input.vectors;
}

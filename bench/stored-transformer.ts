// A transformer whose vectors of a collection's documents and queries are stored: only other texts are run.
import { join } from 'node:path';
import { config } from '../src/config.ts';
import { cachedEncoder } from '../src/encode/cache/cached-encoder.ts';
import type { Encoder } from '../src/encode/encoder.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import type { Dataset } from '../src/evaluate/dataset.ts';
import type { Kernels } from '../src/kernels/kernels.ts';
import { matrix, row } from '../src/matrix.ts';

export async function storedTransformer(
  model: string,
  dataset: Dataset,
  stored: Encoder,
  kernels: Kernels,
): Promise<Encoder> {
  const live = cachedEncoder(await openEncoder(model, { kernels }), {
    directory: join(config.dataDirectory, 'embeddings'),
  });
  const known = new Map<string, Float32Array>();
  for (const [role, records] of [
    ['query', dataset.queries],
    ['document', dataset.documents],
  ] as const) {
    const texts = records.map(({ text }) => text);
    const { vectors } = await stored.encode(texts, { role, positions: texts.map((_, i) => i) });
    texts.forEach((text, i) => {
      known.set(text, row(vectors, i).slice());
    });
  }
  return {
    id: live.id,
    dims: live.dims,
    baseFingerprint: live.baseFingerprint,
    tokenizer: live.tokenizer,
    maxTokens: live.maxTokens,
    tokenize: (texts) => live.tokenize(texts),
    dispose: () => live.dispose(),
    async encode(texts, { role }) {
      const vectors = matrix(texts.length, live.dims);
      const others = Array.from(texts.keys()).filter((i) => !known.has(texts[i]!));
      const made = await live.encode(
        others.map((i) => texts[i]!),
        { role },
      );
      others.forEach((i, at) => {
        row(vectors, i).set(row(made.vectors, at));
      });
      texts.forEach((text, i) => {
        const vector = known.get(text);
        if (vector) row(vectors, i).set(vector);
      });
      return { vectors, failed: made.failed.map((at) => others[at]!) };
    },
  };
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { libraryTokenizer } from '../src/encode/library-tokenizer.ts';
import { type Matrix, matrix } from '../src/matrix.ts';
import { openSession } from '../src/onnx/session.ts';

/** Unit vectors of texts by a BERT sentence encoder's folder: mean of the outputs over the tokens, then L2. */
export async function encodeSentences(folder: string, texts: readonly string[], maxTokens = 256): Promise<Matrix> {
  const json = await readFile(join(folder, 'tokenizer.json'), 'utf8');
  const vocabulary: Record<string, number> = JSON.parse(json).model.vocab;
  const tokenizer = await libraryTokenizer(json);
  const session = await openSession(await readFile(join(folder, 'onnx/model_quantized.onnx')));
  const ids = texts.map((text) =>
    BigInt64Array.from(
      [vocabulary['[CLS]']!, ...tokenizer.encode(text, maxTokens - 2), vocabulary['[SEP]']!].map(BigInt),
    ),
  );
  // Texts of one length share a batch: nothing is padded, and the batch has no say in a text's vector.
  const order = texts.map((_, i) => i).sort((a, b) => ids[a]!.length - ids[b]!.length || a - b);
  let vectors: Matrix | undefined;
  for (let at = 0; at < order.length; ) {
    const length = ids[order[at]!]!.length;
    const batch = order.slice(at, at + 32).filter((i) => ids[i]!.length === length);
    const flat = new BigInt64Array(batch.length * length);
    batch.forEach((i, b) => {
      flat.set(ids[i]!, b * length);
    });
    const tensor = (data: BigInt64Array) => ({ dtype: 'int64' as const, dims: [batch.length, length], data });
    const feeds = {
      input_ids: tensor(flat),
      attention_mask: tensor(flat.map(() => 1n)),
      token_type_ids: tensor(flat.map(() => 0n)),
    };
    const wanted = Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name)));
    const { data, dims } = (await session.run(wanted)).last_hidden_state!;
    const width = dims[2]!;
    vectors ??= matrix(texts.length, width);
    for (const [b, i] of batch.entries()) {
      const mean = Float64Array.from({ length: width }, (_, j) => {
        let sum = 0;
        for (let t = 0; t < length; t++) sum += data[(b * length + t) * width + j]!;
        return sum / length;
      });
      const norm = Math.hypot(...mean);
      vectors.data.set(
        mean.map((x) => x / norm),
        i * width,
      );
    }
    at += batch.length;
    process.stderr.write(`${at} of ${texts.length} texts\n`);
  }
  await session.dispose();
  return vectors!;
}

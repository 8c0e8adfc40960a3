import { config } from '../config.ts';
import type { SparseRows } from '../kernels/kernels.ts';
import { assertFinite, type Matrix, matrix } from '../matrix.ts';
import { openSession, type SessionOptions, type TensorFeeds } from '../onnx/session.ts';
import type { TokenBags } from '../token-bags.ts';
import type { Adapter } from './adapter.ts';
import type { AdapterHost, AdapterSource } from './adapter-source.ts';
import { type CheckedInput, checkInput } from './check-input.ts';
import { phi } from './features.ts';
import { inBlocks } from './in-blocks.ts';
import { studentPrior } from './student-prior.ts';
import { teacherAlignment } from './teacher-alignment.ts';
import { inputNames, outputNames } from './tensor-names.ts';

/**
 * An adapter file that runs in onnxruntime. The student's prior and the teacher's alignment stay with the kernels.
 *
 * @throws {ChelatedError} backend_failed; adapter_wrong_model as `kernelsAdapter`
 */
export async function onnxAdapter(
  bytes: Uint8Array,
  { parts, card, hash }: AdapterSource,
  { kernels, table }: AdapterHost,
  options: SessionOptions = {},
): Promise<Adapter> {
  const { tokens } = parts;
  const prior = card.kind === 'lexical' && tokens ? studentPrior(table, tokens.rowOf, card.dIn, kernels) : null;
  const teacher = teacherAlignment(parts.teacher, kernels);
  const free = () => {
    prior?.free();
    teacher.free();
  };
  const session = await openSession(bytes, options).catch((error: unknown) => {
    free();
    throw error;
  });

  const step = async ({ rows, vectors, tokens: bags }: CheckedInput): Promise<Matrix> => {
    const feeds: Record<string, TensorFeeds[string]> = {};
    if (vectors) feeds[inputNames.vector] = tensorOf(vectors);
    if (bags && tokens) {
      const features = phi(bags, tokens.weights, tokens.termFrequency);
      if (prior) feeds[inputNames.prior] = tensorOf(priorOf(features));
      Object.assign(feeds, tokenTensors(bags));
    }
    const results = await session.run(feeds, [outputNames.corrected]);
    const corrected = matrix(rows, card.dOut, results[outputNames.corrected]?.data);
    assertFinite(corrected, 'corrected vectors');
    return corrected;
  };
  const priorOf = (features: SparseRows) => prior?.sum(features) ?? matrix(features.rows, card.dIn);

  return {
    card,
    hash: hash ?? null,
    backend: 'onnxruntime',
    get device() {
      return session.device;
    },
    correct: async (input) => {
      const checked = checkInput(input, card);
      if (checked.rows === 0) return matrix(0, card.dOut);
      return inBlocks(checked, card.dOut, blockRows(checked.tokens, card.dOut), step);
    },
    alignTeacher: (T) => teacher.align(T),
    dispose: async () => {
      free();
      await session.dispose();
    },
  };
}

function tensorOf({ rows, dims, data }: Matrix) {
  return { dtype: 'f32', dims: [rows, dims], data } as const;
}

/** Ids and counts as rectangles, as wide as the text with the most distinct tokens; the rest has count 0. */
function tokenTensors({ rows, offsets, ids, counts }: TokenBags): TensorFeeds {
  const width = Math.max(1, mostTokens(offsets));
  const dims = [rows, width];
  const tokenIds = new BigInt64Array(rows * width);
  const tokenCounts = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    for (let e = offsets[i]!, at = i * width; e < offsets[i + 1]!; e++, at++) {
      tokenIds[at] = BigInt(ids[e]!);
      tokenCounts[at] = counts[e]!;
    }
  }
  return {
    [inputNames.tokenIds]: { dtype: 'int64', dims, data: tokenIds },
    [inputNames.tokenCounts]: { dtype: 'f32', dims, data: tokenCounts },
  };
}

function blockRows(tokens: TokenBags | null, dOut: number): number {
  const { blockRows, gatherNumbers } = config.adapterRun;
  if (!tokens) return blockRows;
  return Math.max(1, Math.min(blockRows, Math.floor(gatherNumbers / (dOut * Math.max(1, mostTokens(tokens.offsets))))));
}

function mostTokens(offsets: Uint32Array): number {
  let most = 0;
  for (let i = 1; i < offsets.length; i++) most = Math.max(most, offsets[i]! - offsets[i - 1]!);
  return most;
}

import type { TextRole } from '../encoder.ts';
import { readDenseLayer } from './dense-layer.ts';
import { type ModelFiles, readText } from './model-files.ts';
import { readModelSpec } from './model-spec.ts';
import { type WeightFile, weightFiles } from './weight-files.ts';

/** What a model gives, without running it. */
export interface ModelDescription {
  readonly id: string;
  readonly revision: string | null;
  readonly type: string | null;
  /** Width of its vectors; null where its files do not say. */
  readonly dims: number | null;
  readonly maxTokens: number;
  readonly pooling: string;
  readonly poolingAssumed: boolean;
  readonly prompts: Readonly<Record<TextRole, string>>;
  /** In the order in which they are preferred. */
  readonly weights: readonly Pick<WeightFile, 'dtype' | 'path' | 'bytes'>[];
  /** As its README.md or a licence file states it. */
  readonly licence: string | null;
}

/** @throws {ChelatedError} what reading its files throws */
export async function describeModel(model: ModelFiles): Promise<ModelDescription> {
  const spec = await readModelSpec(model);
  const last = spec.dense.at(-1);
  const pooled = spec.hiddenDims === undefined ? null : spec.hiddenDims * spec.pooling.length;
  return {
    id: model.name,
    revision: model.revision ?? null,
    type: spec.modelType ?? null,
    dims: last === undefined ? pooled : (await readDenseLayer(model, last)).weight.rows,
    maxTokens: spec.maxTokens,
    pooling: spec.pooling.join('+'),
    poolingAssumed: spec.poolingAssumed,
    prompts: spec.prompts,
    weights: weightFiles(model).map(({ dtype, path, bytes }) => ({ dtype, path, bytes })),
    licence: await readLicence(model),
  };
}

/** The licence in the README's front matter, else the first line of a licence file. */
async function readLicence(model: ModelFiles): Promise<string | null> {
  const readme = await readText(model, 'README.md');
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readme ?? '')?.[1];
  const stated = /^license:\s*["']?([^"'\r\n#]+?)["']?\s*$/m.exec(front ?? '')?.[1];
  if (stated) return stated;
  const file = model.files.find(({ path }) => /^licen[cs]e(\.(txt|md))?$/i.test(path));
  const text = file && (await readText(model, file.path));
  return (
    text
      ?.split(/\r?\n/)
      .find((line) => line.trim() !== '')
      ?.trim() ?? null
  );
}

import { z } from 'zod';
import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import type { TextRole } from '../encoder.ts';
import { type ModelFiles, readText } from './model-files.ts';
import { parseJson } from './parse-json.ts';
import { type Pooling, poolings } from './pooling.ts';

/** What the files of a model say about how its vectors are made. */
export interface ModelSpec {
  readonly modelType: string | undefined;
  /** Width of a token's vector. */
  readonly hiddenDims: number | undefined;
  /** Tokens of a text that are read, special ones included. */
  readonly maxTokens: number;
  readonly padId: number;
  readonly lowerCase: boolean;
  readonly pooling: readonly Pooling[];
  /** The files do not say how to pool; mean is a guess, and wrong for models trained on [CLS]. */
  readonly poolingAssumed: boolean;
  /** Whether the tokens of a prompt take part in the pooling. */
  readonly includePrompt: boolean;
  /** Folders of Dense modules behind the pooling, in order. */
  readonly dense: readonly string[];
  /** Put before a text. */
  readonly prompts: Readonly<Record<TextRole, string>>;
}

const modelConfig = z.object({
  model_type: z.string().optional(),
  hidden_size: z.int().optional(),
  dim: z.int().optional(), // DistilBERT's name for it
  d_model: z.int().optional(), // T5's
  max_position_embeddings: z.int().optional(),
  pad_token_id: z.int().nullish(),
});
const sentenceConfig = z.object({ max_seq_length: z.int().positive().nullish(), do_lower_case: z.boolean().nullish() });
const tokenizerConfig = z.object({ model_max_length: z.number().nullish() });
const promptConfig = z.object({
  prompts: z.record(z.string(), z.string()).nullish(),
  default_prompt_name: z.string().nullish(),
});
const modulesConfig = z.array(z.object({ path: z.string(), type: z.string() }));
const poolingConfig = z.record(z.string(), z.unknown());

/** Model types whose positions are counted from behind the padding id: two fewer tokens than positions. */
const offsetPositions = new Set(['mpnet', 'roberta', 'xlm-roberta', 'camembert']);

/**
 * Reads config.json and, where they are there, the files of sentence-transformers: modules.json, the pooling's
 * config.json, sentence_bert_config.json, config_sentence_transformers.json; and tokenizer_config.json's length.
 *
 * @throws {ChelatedError} not_found without config.json, invalid_input for a file or a module that is not known
 */
export async function readModelSpec(model: ModelFiles): Promise<ModelSpec> {
  const read = async <T extends z.ZodType>(path: string, shape: T): Promise<z.output<T> | undefined> => {
    const text = await readText(model, path);
    return text === undefined ? undefined : parseJson(shape, text, `${model.name}/${path}`);
  };
  const main = await read('config.json', modelConfig);
  if (!main)
    throw new ChelatedError(
      'not_found',
      `${model.name} has no config.json; expected a model folder of the hub's layout`,
    );
  const sentence = await read('sentence_bert_config.json', sentenceConfig);
  const tokenizer = await read('tokenizer_config.json', tokenizerConfig);
  const prompts = await read('config_sentence_transformers.json', promptConfig);
  const modules = readModules(model, await read('modules.json', modulesConfig));
  const pooling = await read(`${modules.pooling}/config.json`, poolingConfig);
  const ways = pooling ? readPooling(pooling, `${model.name}/${modules.pooling}/config.json`) : [];
  return {
    modelType: main.model_type,
    hiddenDims: main.hidden_size ?? main.dim ?? main.d_model,
    maxTokens: longest(main, sentence?.max_seq_length, tokenizer?.model_max_length),
    padId: main.pad_token_id ?? 0,
    lowerCase: sentence?.do_lower_case ?? false,
    pooling: ways.length > 0 ? ways : ['mean'],
    poolingAssumed: ways.length === 0,
    includePrompt: pooling?.include_prompt !== false,
    dense: modules.dense,
    prompts: readPrompts(prompts),
  };
}

/** What comes behind the transformer. Vectors are always made unit length, so a Normalize module changes nothing. */
function readModules(model: ModelFiles, modules: z.output<typeof modulesConfig> | undefined) {
  const dense: string[] = [];
  let pooling = '1_Pooling';
  for (const { path, type } of modules ?? []) {
    const kind = type.split('.').at(-1)!;
    if (kind === 'Pooling') pooling = path;
    else if (kind === 'Dense') dense.push(path);
    else if (kind !== 'Transformer' && kind !== 'Normalize') {
      const known = 'Transformer, Pooling, Dense and Normalize';
      throw new ChelatedError(
        'invalid_input',
        `${model.name}/modules.json: module ${type} is not known; known are ${known}`,
      );
    }
  }
  return { pooling, dense };
}

function readPooling(pooling: Readonly<Record<string, unknown>>, name: string): Pooling[] {
  const isPooling = (way: unknown): way is Pooling => poolings.some((known) => known === way);
  if (typeof pooling.pooling_mode === 'string') {
    const ways = pooling.pooling_mode.split('+');
    if (ways.every(isPooling)) return ways;
    throw new ChelatedError(
      'invalid_input',
      `${name}: pooling ${pooling.pooling_mode} is not known; known are ${poolings.join(', ')}`,
    );
  }
  // The order in which sentence-transformers puts them side by side.
  const keys: Record<string, Pooling> = {
    pooling_mode_cls_token: 'cls',
    pooling_mode_max_tokens: 'max',
    pooling_mode_mean_tokens: 'mean',
    pooling_mode_mean_sqrt_len_tokens: 'mean_sqrt_len_tokens',
    pooling_mode_weightedmean_tokens: 'weightedmean',
    pooling_mode_lasttoken: 'lasttoken',
  };
  return Object.entries(keys).flatMap(([key, way]) => (pooling[key] === true ? [way] : []));
}

function longest(main: z.output<typeof modelConfig>, sentence?: number | null, tokenizer?: number | null): number {
  const positions = main.max_position_embeddings;
  const offset = offsetPositions.has(main.model_type ?? '') ? 2 : 0;
  const readable = positions === undefined ? Number.POSITIVE_INFINITY : positions - offset;
  // Tokenizers without a limit say 1e30.
  const said = sentence ?? (tokenizer && tokenizer < 1e6 ? tokenizer : undefined) ?? readable;
  const tokens = Math.min(said, readable);
  return Number.isFinite(tokens) ? tokens : config.onnxEncoder.maxTokens;
}

function readPrompts(file: z.output<typeof promptConfig> | undefined): Record<TextRole, string> {
  const prompts = file?.prompts ?? {};
  const standard = prompts[file?.default_prompt_name ?? ''] ?? '';
  // Empty prompts are written into every new model: only a name that has one says something.
  return {
    query: prompts.query || standard,
    document: prompts.document || prompts.passage || standard,
  };
}

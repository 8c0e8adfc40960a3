import type { ModelFiles } from '../../../src/encode/onnx/model-files.ts';
import { ChelatedError } from '../../../src/errors.ts';
import { GraphBuilder } from '../../../src/onnx/graph-builder.ts';

/** Words of the toy's vocabulary; [PAD] 0, [UNK] 1, [CLS] 2, [SEP] 3, then these from 4 on. */
export const words = ['red', 'green', 'blue', 'hot', 'cold', 'query', 'passage', ':'];
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...words];

export interface Toy {
  /** Row of each token; its width is the model's. */
  readonly table: readonly (readonly number[])[];
  /** Extra files, or others in place of the toy's own; null takes one away. */
  readonly files?: Readonly<Record<string, unknown>>;
  readonly maxTokens?: number;
  readonly output?: string;
  readonly extraInput?: string;
}

/** A table as the toy's own: token t has t in its column, so that pooled vectors tell which tokens went in. */
export const oneHot: readonly (readonly number[])[] = vocabulary.map((_, t) =>
  vocabulary.map((__, column) => (column === t ? 1 : 0)),
);

/** Files of a transformer without any layer: a token's vector is its row. Enough of a model to see what goes in and what is done with what comes out. */
export function toyModel(toy: Toy): ModelFiles {
  const text: Record<string, unknown> = {
    'config.json': {
      model_type: 'toy',
      hidden_size: toy.table[0]!.length,
      max_position_embeddings: toy.maxTokens ?? 8,
    },
    'tokenizer.json': tokenizerJson,
    ...toy.files,
  };
  const contents = new Map<string, Uint8Array>([['onnx/model.onnx', graph(toy)]]);
  for (const [path, content] of Object.entries(text)) {
    if (content instanceof Uint8Array) contents.set(path, content);
    else if (content !== null) contents.set(path, new TextEncoder().encode(JSON.stringify(content)));
  }
  return {
    name: 'toy',
    files: [...contents].map(([path, { length: bytes }]) => ({ path, bytes })),
    read: async (path) => {
      const content = contents.get(path);
      if (!content) throw new ChelatedError('not_found', `toy has no ${path}`);
      return content;
    },
  };
}

function graph({ table, output = 'last_hidden_state', extraInput }: Toy): Uint8Array {
  const builder = new GraphBuilder('toy');
  const dims = table[0]!.length;
  const ids = builder.input('input_ids', 'int64', ['n', 'tokens']);
  if (extraInput) builder.input(extraInput, 'int64', ['n', 'tokens']);
  const rows = builder.constant('table', {
    dtype: 'f32',
    dims: [table.length, dims],
    data: Float32Array.from(table.flat()),
  });
  builder.output(builder.op('Gather', [rows, ids], {}, output), 'f32', ['n', 'tokens', dims]);
  return builder.bytes({ irVersion: 8, opset: 17, producer: 'test', metadata: [] });
}

/** A special token as tokenizer.json names it. */
export const special = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** A post-processor that puts a text between two special tokens. */
export function between(before: readonly [string, number], behind: readonly [string, number]) {
  const token = ([id]: readonly [string, number]) => ({ SpecialToken: { id, type_id: 0 } });
  return {
    type: 'TemplateProcessing',
    single: [token(before), { Sequence: { id: 'A', type_id: 0 } }, token(behind)],
    pair: [],
    special_tokens: Object.fromEntries([before, behind].map(([id, at]) => [id, { id, ids: [at], tokens: [id] }])),
  };
}

export const tokenizerJson = {
  version: '1.0',
  truncation: { max_length: 3, strategy: 'LongestFirst', stride: 0 },
  padding: { strategy: { Fixed: 6 }, direction: 'Right', pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' },
  added_tokens: vocabulary.slice(0, 4).map((content, id) => special(id, content)),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: false,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: between(['[CLS]', 2], ['[SEP]', 3]),
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
  },
};

/** Names in the file: what carries the numbers, what is fed, what comes out. */
export const tensorNames = {
  map: 'map',
  bias: 'bias',
  hiddenInto: 'hidden_into',
  hiddenBias: 'hidden_bias',
  hiddenOut: 'hidden_out',
  tokenRows: 'token_rows',
  tokenScales: 'token_scales',
  tokenRowOf: 'token_row_of',
  tokenWeights: 'token_weights',
  teacherMean: 'teacher_mean',
  teacherMap: 'teacher_map',
} as const;

export const inputNames = {
  vector: 'vector',
  prior: 'prior',
  tokenIds: 'token_ids',
  tokenCounts: 'token_counts',
} as const;

export const outputNames = { corrected: 'corrected' } as const;

export const metadataKeys = { card: 'chelated.card', termFrequency: 'chelated.term_frequency' } as const;

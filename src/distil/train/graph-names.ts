/** Names of what a training graph is fed and gives, beside the parameters' own. */
export const graphNames = {
  x: 'x',
  base: 'base',
  target: 'target',
  teacher: 'teacher',
  pushed: 'pushed',
  pairedX: 'pairedX',
  pairedBase: 'pairedBase',
  weight: 'weight',
  rate: 'rate',
  correction: 'correction',
  keep: 'keep',
  loss: 'loss',
  mean: (parameter: string) => `${parameter}.mean`,
  variance: (parameter: string) => `${parameter}.variance`,
  gradient: (parameter: string) => `${parameter}.gradient`,
  next: (value: string) => `${value}.next`,
} as const;

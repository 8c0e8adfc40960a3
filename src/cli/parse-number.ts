import { InvalidArgumentError } from 'commander';

export interface NumberLimits {
  readonly minimum: number;
  readonly maximum?: number;
  readonly whole?: boolean;
}

/** A parser of an option's value that takes numbers within the limits and refuses everything else. */
export function parseNumber({ minimum, maximum = Number.MAX_SAFE_INTEGER, whole = false }: NumberLimits) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= minimum && value <= maximum && (!whole || Number.isInteger(value))) return value;
    const range = maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
    throw new InvalidArgumentError(`Expected a ${whole ? 'whole ' : ''}number ${range}.`);
  };
}

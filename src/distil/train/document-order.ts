import { random } from '../../random.ts';

/** The order in which epoch 0, 1, … passes over `rows`: a shuffle that the seed and the epoch alone decide. */
export function documentOrder(rows: Uint32Array, seed: number, epoch: number): Uint32Array {
  const draws = random(seed);
  let drawn = draws.integer(2 ** 32);
  for (let e = 0; e < epoch; e++) drawn = draws.integer(2 ** 32);
  return random(drawn).shuffle(rows.slice());
}

import { InvalidArgumentError } from 'commander';
import { type AlphaSchedule, type AlphaShape, alphaSchedule } from '../distil/alpha-schedule.ts';

/** FROM,TO,CYCLES,SHAPE as one option's value; the shape may be left out. */
export function parseCurriculum(text: string): AlphaSchedule {
  const [from, to, cycles, shape = 'linear', ...more] = text.split(',').map((part) => part.trim());
  const [first, last, count] = [from, to, cycles].map((part) => (part ? Number(part) : Number.NaN));
  const schedule = { from: first!, to: last!, cycles: count!, shape: shape as AlphaShape };
  try {
    if (more.length > 0) throw new Error(`there are four parts, got ${text}`);
    alphaSchedule(schedule);
    return schedule;
  } catch (error) {
    throw new InvalidArgumentError(`Expected FROM,TO,CYCLES,SHAPE, as 0.9,0.1,20,cosine: ${(error as Error).message}.`);
  }
}

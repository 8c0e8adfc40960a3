import { benchmarkDistillation } from './benchmark-distillation.ts';
import { compare } from './compare.ts';
import { cycles } from './cycles.ts';
import type { Experiment } from './experiment.ts';
import { fewDocuments } from './few-documents.ts';
import { fusion } from './fusion.ts';
import { ladder } from './ladder.ts';
import { sweep } from './sweep.ts';
import { transfer } from './transfer.ts';
import { unseen } from './unseen.ts';

/** Every experiment that can be run, a command each. */
export const experiments: readonly Experiment[] = [
  sweep,
  ladder,
  compare,
  cycles,
  benchmarkDistillation,
  fewDocuments,
  unseen,
  transfer,
  fusion,
];

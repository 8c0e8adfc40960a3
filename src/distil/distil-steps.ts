import type { DistilStep } from './distil-options.ts';

/** What people read while a step of a distillation runs. */
export const distilSteps: Readonly<Record<DistilStep, string>> = {
  student: 'encoding documents',
  teacher: 'teacher’s vectors',
  choose: 'choosing the fit',
  judge: 'judging on documents not seen',
  fit: 'fitting on all documents',
};

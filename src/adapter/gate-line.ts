import type { GateFigures, SignalFigures } from './card.ts';

/** The gate's verdict and its reason, in one line. */
export function gateLine({ promoted, forced, reason }: GateFigures): string {
  return `${promoted ? 'promoted' : forced ? 'refused, written by force' : 'refused'}: ${reason}`;
}

/** What the gate measured, in one line. */
export function signalsLine({ agreement, inverseCloze, judged }: GateFigures): string {
  const signals = [
    signal('agreement with the teacher', agreement),
    signal('inverse cloze', inverseCloze),
    signal('judged queries', judged),
  ].filter((line) => line !== null);
  return signals.length > 0 ? signals.join('; ') : 'nothing could be measured';
}

function signal(name: string, figures: SignalFigures | null): string | null {
  if (!figures) return null;
  const { student, candidate, z, queries } = figures;
  return `${name} ${student.toFixed(3)} → ${candidate.toFixed(3)} (z ${z.toFixed(1)}, ${queries} queries)`;
}

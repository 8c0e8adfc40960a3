import type { GateFigures, SignalFigures } from '../adapter/card.ts';

/** The gate's verdict and what it measured, in one line. */
export function gateLine(gate: GateFigures): string {
  const verdict = gate.promoted ? 'promoted' : gate.forced ? 'refused, written by force' : 'refused';
  const signals = [
    signal('agreement with the teacher', gate.agreement),
    signal('inverse cloze', gate.inverseCloze),
    signal('judged queries', gate.judged),
  ].filter((line) => line !== null);
  return [`${verdict}: ${gate.reason}`, ...signals].join('; ');
}

function signal(name: string, figures: SignalFigures | null): string | null {
  if (!figures) return null;
  const { student, candidate, z, queries } = figures;
  return `${name} ${student.toFixed(3)} → ${candidate.toFixed(3)} (z ${z.toFixed(1)}, ${queries} queries)`;
}

// The precision–recall curve of bench/gate.bench.ts: what the gate lets through as each of its limits moves.
import { config } from '../src/config.ts';
import type { GateLimits } from '../src/evaluate/gate.ts';
import type { Chart, Point } from '../src/lab/chart.ts';
import type { GateCell } from './gate-cell.ts';
import { asServed, precisionRecall, promotes } from './gate-rule.ts';

/** Recall: certain gains that are promoted. Precision: promoted cells that gained. One line a limit, the other limit as it is; documents as advised. */
export function gateCurve(measured: readonly GateCell[]): Chart {
  const cells = measured.map(asServed);
  const at = (limits: Partial<GateLimits>): Point[] => {
    const { precision, recall } = precisionRecall(cells, (cell) => promotes(cell, { ...config.gate, ...limits }));
    return precision === null || recall === null ? [] : [{ x: recall, y: precision }];
  };
  const byAgreement = (limits: Partial<GateLimits>) =>
    distinct((cell) => cell.signals.agreement?.z, cells).flatMap((z) =>
      at({ ...limits, z, zAlone: Math.max(z, config.gate.zAlone) }),
    );
  const byCloze = distinct((cell) => cell.signals.inverseCloze?.z, cells).flatMap((z) => at({ fallZ: -z }));
  return {
    kind: 'lines',
    title: `Precision and recall of the gate, ${cells.length} cells`,
    x: 'certain gains that are promoted',
    y: 'promoted cells that gained',
    series: [
      { name: 'limit of agreement moves', points: byAgreement({}) },
      { name: 'the same without inverse cloze', points: byAgreement({ fallZ: Number.POSITIVE_INFINITY }) },
      { name: 'limit of inverse cloze moves', points: byCloze },
      { name: 'the rule', points: at({}) },
    ],
  };
}

/** Just below every value that occurs: between two of them nothing changes. */
function distinct(of: (cell: GateCell) => number | undefined, cells: readonly GateCell[]): number[] {
  const values = cells.map(of).filter((z): z is number => z !== undefined);
  return [...new Set(values)].sort((a, b) => a - b).map((z) => z - 1e-9);
}

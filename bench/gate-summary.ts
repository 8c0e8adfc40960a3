// The tables of bench/gate.bench.ts: every cell, what each rule lets through, and what a rule is worth on a collection that
// had no part in choosing it.
import { config } from '../src/config.ts';
import { adviseDocuments } from '../src/evaluate/advise-documents.ts';
import type { GateLimits } from '../src/evaluate/gate.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import type { GateCell } from './gate-cell.ts';
import { asServed, isCertainGain, precisionRecall, promotes } from './gate-rule.ts';

/** A gain that a gate should not miss, and a loss that none may let through whatever its interval. */
const large = 0.05;
const harmful = 0.02;

const rises = [0, 1, 2, 3, 4, 6, 8, 12];
const falls = [0, 1, 1.5, 2, 2.5, 3, 4, 6, 8, 10];

export function gateSummary(measured: readonly GateCell[]): string {
  const own = config.gate;
  const cells = measured.map(asServed);
  const at = (limits: Partial<GateLimits>) => figures(cells, (cell) => promotes(cell, { ...own, ...limits }));
  const sections: [string, string][] = [
    ['Cells, documents as advised, best first', every(cells)],
    [
      `The rule, z > ${own.z}, fall ≥ −${own.fallZ}; everything else is of documents as advised`,
      reportTable(columns, [
        { name: 'documents as advised', figures: at({}) },
        { name: 'corrected documents', figures: figures(measured, (cell) => promotes(cell, own)) },
      ]),
    ],
    [
      `Precision and recall: agreement z above, inverse cloze z ≥ −${own.fallZ}`,
      reportTable(
        columns,
        rises.map((z) => ({ name: `z > ${z}`, figures: at({ z, zAlone: Math.max(z, own.zAlone) }) })),
      ),
    ],
    [
      `Agreement z > ${own.z}, inverse cloze z at least`,
      reportTable(
        columns,
        [...falls, Number.POSITIVE_INFINITY].map((fallZ) => ({ name: `−${fallZ}`, figures: at({ fallZ }) })),
      ),
    ],
    [
      'By student and collection, the rule',
      reportTable(
        columns,
        groups(cells, (cell) => `${cell.student}, ${cell.collection}`).map(([name, of]) => ({
          name,
          figures: figures(of, (cell) => promotes(cell, own)),
        })),
      ),
    ],
    ['Limits chosen on the other collections', leftOut(cells)],
    [
      'Promoted cells: what mixing the documents adds, and whether it was advised',
      advice(measured.filter((cell) => promotes(cell, own))),
    ],
  ];
  return sections.map(([title, table]) => `${title}\n\n${table}`).join('\n\n');
}

const columns = [
  'promoted',
  'of cells',
  'large gains promoted',
  'certain gains promoted',
  'precision',
  'recall',
  'certain losses promoted',
  'losses ≥ .02 promoted',
];

function figures(cells: readonly GateCell[], isPromoted: (cell: GateCell) => boolean) {
  const promoted = cells.filter(isPromoted);
  const share = (wanted: (cell: GateCell) => boolean) => {
    const all = cells.filter(wanted);
    return `${promoted.filter(wanted).length} of ${all.length}`;
  };
  const { precision, recall } = precisionRecall(cells, isPromoted);
  return [
    String(promoted.length),
    String(cells.length),
    share(({ truth }) => truth.difference >= large),
    share(isCertainGain),
    ...[precision, recall],
    String(promoted.filter(isCertainLoss).length),
    String(promoted.filter(isHarmful).length),
  ];
}

const isCertainLoss = ({ truth }: GateCell) => truth.high < 0;
const isHarmful = ({ truth }: GateCell) => truth.difference <= -harmful;

/** For each collection: the limits that promote most certain gains of the others and none of their losses; the strictest of equals. */
function leftOut(cells: readonly GateCell[]): string {
  const grid = rises.flatMap((z) => falls.map((fallZ) => ({ ...config.gate, z, fallZ })));
  const rows = groups(cells, ({ collection }) => collection).map(([collection, of]) => {
    const others = cells.filter((cell) => cell.collection !== collection);
    let best = { limits: grid[0]!, gains: -1 };
    for (const limits of grid) {
      const promoted = others.filter((cell) => promotes(cell, limits));
      if (promoted.some((cell) => isCertainLoss(cell) || isHarmful(cell))) continue;
      const gains = promoted.filter(isCertainGain).length;
      const stricter = limits.z - limits.fallZ > best.limits.z - best.limits.fallZ;
      if (gains > best.gains || (gains === best.gains && stricter)) best = { limits, gains };
    }
    const { z, fallZ } = best.limits;
    return { name: `${collection}: z > ${z}, fall ≥ −${fallZ}`, figures: figures(of, (c) => promotes(c, best.limits)) };
  });
  return reportTable(columns, rows);
}

function advice(cells: readonly GateCell[]): string {
  const judged = cells
    .filter(({ truth }) => truth.mixed !== null)
    .sort((a, b) => (b.signals.mixed?.z ?? 0) - (a.signals.mixed?.z ?? 0));
  return reportTable(
    ['ΔnDCG@10 by mixing', 'z', 'advised'],
    judged.map(({ collection, student, candidate, truth, signals }) => ({
      name: `${collection}, ${student}: ${candidate}`,
      figures: [
        signed(truth.mixed!.difference - truth.difference),
        signals.mixed?.z.toFixed(1),
        adviseDocuments(signals.mixed),
      ],
    })),
  );
}

function groups(cells: readonly GateCell[], by: (cell: GateCell) => string): [string, GateCell[]][] {
  const map = new Map<string, GateCell[]>();
  for (const cell of cells) map.set(by(cell), [...(map.get(by(cell)) ?? []), cell]);
  return [...map];
}

function every(cells: readonly GateCell[]): string {
  const sorted = [...cells].sort((a, b) => b.truth.difference - a.truth.difference);
  return reportTable(
    ['ΔnDCG@10', 'from', 'to', 'agreement z', 'inverse cloze z', 'promoted'],
    sorted.map((cell) => ({
      name: `${cell.collection}, ${cell.student}: ${cell.candidate}`,
      figures: [
        signed(cell.truth.difference),
        signed(cell.truth.low),
        signed(cell.truth.high),
        cell.signals.agreement?.z.toFixed(1),
        cell.signals.inverseCloze?.z.toFixed(1),
        promotes(cell, config.gate) ? 'yes' : '',
      ],
    })),
  );
}

const signed = (x: number) => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(3).slice(1)}`;

import type { AdapterInput } from '../../src/adapter/adapter.ts';
import type { AdapterCard } from '../../src/adapter/card.ts';
import type { AdapterParts, HiddenPart } from '../../src/adapter/parts.ts';
import type { StaticTable } from '../../src/encode/static-table.ts';
import { type Matrix, matrix } from '../../src/matrix.ts';

/** The formula of src/adapter/parts.ts, written out in f64 one number after the other: what every backend must give. */
export function expected(parts: AdapterParts, card: AdapterCard, input: AdapterInput, table?: StaticTable): Matrix {
  const n = (card.needs === 'tokens' ? input.tokens : input.vectors)!.rows;
  const out = matrix(n, card.dOut);
  for (let i = 0; i < n; i++) out.data.set(expectedRow(parts, card, input, table, i), i * card.dOut);
  return out;
}

function expectedRow(
  parts: AdapterParts,
  card: AdapterCard,
  input: AdapterInput,
  table: StaticTable | undefined,
  i: number,
) {
  const { map, bias, tokens, hidden } = parts;
  const units = hidden ? hiddenUnits(hidden, input.vectors!, i) : [];
  const features = tokens && input.tokens ? featuresOf(tokens, input.tokens, i) : new Map<number, number>();
  const x: number[] = new Array(card.dIn).fill(0);
  if (card.kind === 'lexical') {
    for (const [t, value] of features) {
      if (tokens!.rowOf[t]! >= 0 || t >= table!.rows.rows) continue; // a word bucket is in no table
      for (let j = 0; j < card.dIn; j++) x[j]! += value * tableEntry(table!, t, j);
    }
  } else for (let j = 0; j < card.dIn; j++) x[j] = input.vectors!.data[i * card.dIn + j]!;

  const y: number[] = new Array(card.dOut).fill(0);
  for (let k = 0; k < card.dOut; k++) {
    y[k] = map ? x.reduce((sum, value, j) => sum + value * map.data[j * card.dOut + k]!, 0) : x[k]!;
    if (bias) y[k]! += bias[k]!;
    for (const [u, value] of units.entries()) y[k]! += value * hidden!.out.data[u * card.dOut + k]!;
    if (!tokens) continue;
    for (const [t, value] of features) {
      const r = tokens.rowOf[t]!;
      if (r >= 0) y[k]! += value * tokens.rows.scales[r]! * tokens.rows.data[r * card.dOut + k]!;
    }
  }
  const isZero = [...features.values()].every((v) => v === 0) && (card.kind === 'lexical' || x.every((v) => v === 0));
  const norm = Math.hypot(...y);
  return y.map((value) => (isZero || norm === 0 ? 0 : value / norm));
}

function hiddenUnits({ into, bias }: HiddenPart, vectors: Matrix, i: number): number[] {
  return Array.from({ length: into.dims }, (_, u) => {
    let sum = bias?.[u] ?? 0;
    for (let j = 0; j < into.rows; j++) sum += vectors.data[i * into.rows + j]! * into.data[j * into.dims + u]!;
    return bias ? Math.max(sum, 0) : sum;
  });
}

function featuresOf(tokens: NonNullable<AdapterParts['tokens']>, bags: NonNullable<AdapterInput['tokens']>, i: number) {
  const values = new Map<number, number>();
  for (let e = bags.offsets[i]!; e < bags.offsets[i + 1]!; e++) {
    const [t, count] = [bags.ids[e]!, bags.counts[e]!];
    values.set(t, tokens.weights[t]! * (tokens.termFrequency === 'log' ? Math.log(1 + count) : count));
  }
  const norm = Math.hypot(...values.values());
  return new Map([...values].map(([t, v]) => [t, norm === 0 ? 0 : v / norm]));
}

function tableEntry({ rows }: StaticTable, t: number, j: number): number {
  const value = rows.data[t * rows.dims + j]!;
  return 'scales' in rows ? value * rows.scales[t]! : value;
}

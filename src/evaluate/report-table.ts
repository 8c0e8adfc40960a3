/** One row: its name, and its figures in the order of the columns. A figure that is missing is shown as –. */
export interface ReportRow {
  readonly name: string;
  readonly figures: readonly (string | number | null | undefined)[];
}

/**
 * Rows of figures as plain text, names left, figures right, for a terminal or a Markdown page.
 *
 * Unit    numbers between −1 and 1 get three decimals, whole numbers none, others three digits; give strings for other forms
 *
 * @example
 * const rows = [{ name: "corrected", figures: [0.4, null] }];
 * reportTable(["nDCG@10", "kB"], rows).split("\n")[2]; // => "| corrected |    .400 |   – |"
 */
export function reportTable(columns: readonly string[], rows: readonly ReportRow[]): string {
  const cells = rows.map(({ name, figures }) => [name, ...columns.map((_, i) => shownFigure(figures[i]))]);
  const widths = ['', ...columns].map((title, i) => Math.max(3, width(title), ...cells.map((row) => width(row[i]!))));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell + pad(cell, widths[i]!) : pad(cell, widths[i]!) + cell)).join(' | ')} |`;
  const rule = `|${widths.map((w, i) => (i === 0 ? `:${'-'.repeat(w + 1)}` : `${'-'.repeat(w + 1)}:`)).join('|')}|`;
  return [line(['', ...columns]), rule, ...cells.map(line)].join('\n');
}

/** A figure as it stands in a table. */
export function shownFigure(figure: string | number | null | undefined): string {
  if (figure === null || figure === undefined) return '–';
  if (typeof figure === 'string') return figure;
  if (!Number.isFinite(figure)) return String(figure);
  if (Number.isInteger(figure) && Math.abs(figure) > 1) return String(figure);
  if (Math.abs(figure) <= 1) return figure.toFixed(3).replace(/^(-?)0\./, '$1.');
  return Math.abs(figure) >= 100 ? figure.toFixed(0) : figure.toPrecision(3);
}

const width = (text: string) => Array.from(text).length;
const pad = (text: string, to: number) => ' '.repeat(Math.max(0, to - width(text)));

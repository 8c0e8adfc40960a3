/** The command's answer on stdout: one JSON document, or text for people. */
export function print(json: boolean, document: unknown, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(document) : text()}\n`);
}

/** Lines of `name  value`, the values in one column. */
export function columns(entries: Iterable<readonly [string, unknown]>): string {
  const rows = Array.from(entries, ([name, value]) => [name, shown(value)] as const);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

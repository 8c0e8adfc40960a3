// Own code: prom-client needs Node's cluster and process modules when it is loaded, and so loads in no browser and no edge.

type Labels = Readonly<Record<string, string | number>>;

interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly values: Map<string, Value>; // by labels, as they are written
  readonly histograms: Map<string, Histogram>;
}

interface Value {
  value: number;
}

interface Histogram {
  /** Observations by the first bucket that holds them, those beyond all bounds last. */
  readonly counts: number[];
  sum: number;
}

/** Numbers by name and labels, written as Prometheus reads them. */
export class Metrics {
  readonly #families = new Map<string, Family>();
  readonly #bounds: readonly number[];

  /** `bounds`: upper bounds of the buckets of every histogram, ascending. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
  }

  /** What counts one more; labels are read here, once. */
  counter(name: string, help: string, labels: Labels = {}): () => void {
    const value = this.#value('counter', name, help, labels);
    return () => {
      value.value++;
    };
  }

  /** What takes one observation; labels are read here, once. */
  histogram(name: string, help: string, labels: Labels): (value: number) => void {
    const { histograms } = this.#family(name, 'histogram', help);
    const histogram = heldOr(histograms, written(labels), () => ({
      counts: Array<number>(this.#bounds.length + 1).fill(0),
      sum: 0,
    }));
    return (value) => {
      const at = this.#bounds.findIndex((bound) => value <= bound);
      histogram.counts[at < 0 ? this.#bounds.length : at]!++;
      histogram.sum += value;
    };
  }

  /** Sets what is a state rather than a sum, and sums that somebody else keeps. */
  set(type: 'gauge' | 'counter', name: string, help: string, labels: Labels, value: number): void {
    this.#value(type, name, help, labels).value = value;
  }

  /** Forgets every value of these names: of labels that may be gone. */
  clear(...names: readonly string[]): void {
    for (const name of names) this.#families.get(name)?.values.clear();
  }

  /** The text exposition format, version 0.0.4. */
  text(): string {
    const lines = [...this.#families].flatMap(([name, { type, help, values, histograms }]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...Array.from(values, ([labels, { value }]) => line(name, labels, value)),
      ...Array.from(histograms).flatMap(([labels, histogram]) => this.#buckets(name, labels, histogram)),
    ]);
    return `${lines.join('\n')}\n`;
  }

  #buckets(name: string, labels: string, { counts, sum }: Histogram): string[] {
    const before = labels === '' ? '' : `${labels},`;
    let all = 0;
    const buckets = counts.map((count, i) => {
      all += count;
      return line(`${name}_bucket`, `${before}le="${this.#bounds[i] ?? '+Inf'}"`, all);
    });
    return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, all)];
  }

  #value(type: 'counter' | 'gauge', name: string, help: string, labels: Labels): Value {
    return heldOr(this.#family(name, type, help).values, written(labels), () => ({ value: 0 }));
  }

  #family(name: string, type: Family['type'], help: string): Family {
    return heldOr(this.#families, name, () => ({ type, help, values: new Map(), histograms: new Map() }));
  }
}

/** What the map has under the key, or what is made now. */
function heldOr<T>(map: Map<string, T>, key: string, make: () => T): T {
  let held = map.get(key);
  if (held === undefined) map.set(key, (held = make()));
  return held;
}

const line = (name: string, labels: string, value: number) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`;

function written(labels: Labels): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}="${escaped(String(value))}"`)
    .join(',');
}

const escaped = (value: string) =>
  value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));

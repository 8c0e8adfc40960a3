// Own code: prom-client needs Node's cluster and process modules when it is loaded, and so loads in no browser and no edge.

type Labels = Readonly<Record<string, string | number>>;

interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly values: Map<string, number>; // by name with labels
}

/** Numbers by name and labels, written as Prometheus reads them. */
export class Metrics {
  readonly #families = new Map<string, Family>();
  readonly #bounds: readonly number[];

  /** `bounds`: upper bounds of the buckets of every histogram, ascending. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
  }

  count(name: string, help: string, labels: Labels = {}, by = 1): void {
    add(this.#family(name, 'counter', help), keyOf(name, labels), by);
  }

  observe(name: string, help: string, labels: Labels, value: number): void {
    const family = this.#family(name, 'histogram', help);
    for (const bound of [...this.#bounds, Number.POSITIVE_INFINITY]) {
      const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound);
      add(family, keyOf(`${name}_bucket`, { ...labels, le }), value <= bound ? 1 : 0);
    }
    add(family, keyOf(`${name}_sum`, labels), value);
    add(family, keyOf(`${name}_count`, labels), 1);
  }

  /** Sets what is a state rather than a sum, and sums that somebody else keeps. */
  set(type: 'gauge' | 'counter', name: string, help: string, labels: Labels, value: number): void {
    this.#family(name, type, help).values.set(keyOf(name, labels), value);
  }

  /** Forgets every value of these names: of labels that may be gone. */
  clear(...names: readonly string[]): void {
    for (const name of names) this.#families.get(name)?.values.clear();
  }

  /** The text exposition format, version 0.0.4. */
  text(): string {
    return [...this.#families]
      .flatMap(([name, { type, help, values }]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...Array.from(values, ([key, value]) => `${key} ${value}`),
      ])
      .join('\n')
      .concat('\n');
  }

  #family(name: string, type: Family['type'], help: string): Family {
    const known = this.#families.get(name);
    if (known) return known;
    const family: Family = { type, help, values: new Map() };
    this.#families.set(name, family);
    return family;
  }
}

function add({ values }: Family, key: string, by: number): void {
  values.set(key, (values.get(key) ?? 0) + by);
}

function keyOf(name: string, labels: Labels): string {
  const inner = Object.entries(labels).map(([label, value]) => `${label}="${escaped(String(value))}"`);
  return inner.length === 0 ? name : `${name}{${inner.join(',')}}`;
}

const escaped = (value: string) =>
  value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));

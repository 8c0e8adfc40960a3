import type { GraphBuilder } from '../../onnx/graph-builder.ts';

/**
 * Reverse-mode differentiation over an ONNX graph that is being built: every step forward is recorded with how a gradient
 * passes back through it; `gradients` then adds the way back to the same graph.
 *
 * Source  Baydin et al. 2018, §3.2
 */
export class Tape {
  readonly graph: GraphBuilder;
  readonly #backward: (() => void)[] = [];
  readonly #followed = new Set<string>();
  readonly #gradients = new Map<string, string>();

  constructor(graph: GraphBuilder) {
    this.graph = graph;
  }

  /** Makes gradients flow to the value named. */
  follow(name: string): string {
    this.#followed.add(name);
    return name;
  }

  follows(name: string): boolean {
    return this.#followed.has(name);
  }

  /** Records that `output` came from `inputs`; `backward` is given the gradient of the output and passes it on with `add`. */
  record(output: string, inputs: readonly string[], backward: (gradient: string) => void): string {
    if (!inputs.some((name) => this.follows(name))) return output;
    this.follow(output);
    this.#backward.push(() => {
      const gradient = this.#gradients.get(output);
      if (gradient !== undefined) backward(gradient);
    });
    return output;
  }

  /** Adds a gradient to what has reached this value; it is only built where it is wanted. */
  add(name: string, gradient: () => string): void {
    if (!this.follows(name)) return;
    const before = this.#gradients.get(name);
    this.#gradients.set(name, before === undefined ? gradient() : this.graph.op('Add', [before, gradient()]));
  }

  /** Walks back, once, and names the gradient of each value. */
  gradients(names: readonly string[]): string[] {
    for (const step of this.#backward.reverse()) step();
    return names.map((name) => {
      const gradient = this.#gradients.get(name);
      if (gradient === undefined) throw new Error(`the loss does not depend on ${name}`);
      return gradient;
    });
  }
}

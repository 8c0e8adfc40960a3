import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkLayer, checkTextRows } from './check.ts';
import type { Dense, LayerNorm, ResidentTransformer, TextRows, TransformerLayer } from './kernels.ts';
import type { Lanes } from './lanes.ts';

/** Columns of a strip. */
const WIDTH = 32;
/** Rows of a call of a kernel, and multiply–adds that are worth one where several threads compute: some 60 µs. */
const [CALL_ROWS, CALL_WORK] = [64, 1_000_000];

/** Weights in the arena: strips of 32 columns, and behind them the bias. */
interface HeldDense {
  readonly at: number;
  readonly bias: number;
  readonly rows: number;
  readonly strips: number;
}

interface HeldLayer {
  readonly heads: number;
  readonly qkv: HeldDense;
  readonly merge: HeldDense;
  readonly attentionNorm: number;
  readonly into: HeldDense;
  readonly out: HeldDense;
  readonly outNorm: number;
}

/** Rows in the arena, `stride` floats apart. */
interface Rows {
  readonly at: number;
  readonly stride: number;
}

/** Layers in the arena, in strips: nothing is packed when rows come, so few of them are as fast as many. */
export class HeldTransformer implements ResidentTransformer {
  readonly dims: number;
  readonly #arena: Arena;
  readonly #layers: HeldLayer[] = [];
  #blocks: number[] | null = [];

  constructor(arena: Arena, first: TransformerLayer) {
    this.dims = first.qkv.weight.rows;
    this.#arena = arena;
    this.append(first);
  }

  append(layer: TransformerLayer): void {
    checkLayer(layer, this.dims);
    const blocks = this.#live();
    const before = blocks.length;
    try {
      this.#layers.push(this.#hold(layer));
    } catch (error) {
      for (const at of blocks.splice(before)) this.#arena.free(at);
      throw error;
    }
  }

  apply(X: Matrix, rows: TextRows): Matrix {
    this.#live();
    const [arena, d, layers] = [this.#arena, this.dims, this.#layers];
    const strides = layers.map(({ heads }) => checkTextRows(X, d, heads, rows));
    const Y = matrix(X.rows, d);
    if (X.rows === 0) return Y;
    const widest = Math.max(...layers.flatMap(({ qkv, into }) => [qkv.strips, into.strips])) * WIDTH;
    const lanes = arena.lanes(
      X.rows * layers.reduce((sum, each) => sum + [each.qkv, each.merge, each.into, each.out].reduce(workOf, 0), 0),
    );
    const own = Math.max(...layers.map(({ heads }) => arena.exports.attention_scratch_bytes(rows.tokens, d / heads)));
    const stride = Math.ceil(d / WIDTH) * WIDTH;
    const bytes = [stride, stride, widest].map((width) => X.rows * width * 4);
    arena.scratch([...bytes, (rows.bias?.data.length ?? 0) * 4, lanes.count * own], (x, y, wide, bias, scratch) => {
      const given = arena.f32(x!, X.rows * stride);
      for (let i = 0; i < X.rows; i++) given.set(X.data.subarray(i * d, (i + 1) * d), i * stride);
      if (rows.bias) arena.f32(bias!, rows.bias.data.length).set(rows.bias.data);
      const [hidden, mixed] = [x!, y!].map((at) => ({ at, stride })) as [Rows, Rows];
      for (const [i, layer] of layers.entries()) {
        const sides = { at: wide!, stride: layer.qkv.strips * WIDTH };
        const inner = { at: wide!, stride: layer.into.strips * WIDTH };
        product(lanes, layer.qkv, hidden, sides, X.rows, false);
        const added = { at: rows.bias ? bias! : 0, strides: strides[i]! };
        this.#attend(lanes, layer, sides, mixed, rows, added, [scratch!, own]);
        product(lanes, layer.merge, mixed, { at: wide!, stride }, X.rows, false);
        this.#addNorm(lanes, { at: wide!, stride }, hidden, layer.attentionNorm, X.rows);
        product(lanes, layer.into, hidden, inner, X.rows, true);
        product(lanes, layer.out, inner, mixed, X.rows, false);
        this.#addNorm(lanes, mixed, hidden, layer.outNorm, X.rows);
      }
      const results = arena.f32(x!, X.rows * stride);
      for (let i = 0; i < X.rows; i++) Y.data.set(results.subarray(i * stride, i * stride + d), i * d);
    });
    return Y;
  }

  free(): void {
    for (const at of this.#blocks ?? []) this.#arena.free(at);
    this.#blocks = null;
  }

  #live(): number[] {
    if (this.#blocks === null) throw new ChelatedError('invalid_input', 'layers used after free(); hold them again');
    return this.#blocks;
  }

  #take(numbers: number): number {
    const at = this.#arena.take(numbers * 4);
    this.#live().push(at);
    return at;
  }

  #hold({ heads, scale, ...layer }: TransformerLayer): HeldLayer {
    const qkv = this.#dense(layer.qkv);
    // The scale goes into the queries.
    const queries = (column: number) => (column < this.dims ? scale : 1);
    for (let s = 0; s < qkv.strips; s++) {
      const [weights, bias] = [
        this.#arena.f32(qkv.at + s * WIDTH * qkv.rows * 4, WIDTH * qkv.rows),
        this.#arena.f32(qkv.bias + s * WIDTH * 4, WIDTH),
      ];
      for (let i = 0; i < weights.length; i++) weights[i]! *= queries(s * WIDTH + (i % WIDTH));
      for (let i = 0; i < WIDTH; i++) bias[i]! *= queries(s * WIDTH + i);
    }
    return {
      heads,
      qkv,
      merge: this.#dense(layer.merge),
      attentionNorm: this.#norm(layer.attentionNorm),
      into: this.#dense(layer.into),
      out: this.#dense(layer.out),
      outNorm: this.#norm(layer.outNorm),
    };
  }

  /** Columns that the last strip lacks are zeros. */
  #dense({ weight: W, bias }: Dense): HeldDense {
    const strips = Math.ceil(W.dims / WIDTH);
    const length = strips * WIDTH * W.rows;
    const at = this.#take(length + strips * WIDTH);
    const numbers = this.#arena.f32(at, length + strips * WIDTH).fill(0);
    for (let s = 0; s < strips; s++) {
      const [from, to] = [s * WIDTH, Math.min((s + 1) * WIDTH, W.dims)];
      for (let p = 0; p < W.rows; p++) {
        numbers.set(W.data.subarray(p * W.dims + from, p * W.dims + to), (s * W.rows + p) * WIDTH);
      }
    }
    numbers.set(bias, length);
    return { at, bias: at + length * 4, rows: W.rows, strips };
  }

  #norm({ gain, shift, epsilon }: LayerNorm): number {
    const at = this.#take(2 * this.dims + 1);
    const numbers = this.#arena.f32(at, 2 * this.dims + 1);
    numbers.set(gain);
    numbers.set(shift, this.dims);
    numbers[2 * this.dims] = epsilon;
    return at;
  }

  /** y = each head's mix of the values. */
  #attend(
    lanes: Lanes,
    { heads }: HeldLayer,
    sides: Rows,
    y: Rows,
    { texts, tokens }: TextRows,
    bias: { readonly at: number; readonly strides: readonly number[] },
    [scratch, own]: readonly [at: number, ofLane: number],
  ): void {
    const width = this.dims / heads;
    const [ofText, ofHead, ofQuery] = bias.strides as [number, number, number];
    for (let text = 0; text < texts; text++) {
      for (let head = 0; head < heads; head++) {
        const column = head * width;
        const from = sides.at + (text * tokens * sides.stride + column) * 4;
        const added = bias.at === 0 ? 0 : bias.at + (text * ofText + head * ofHead) * 4;
        const to = y.at + (text * tokens * y.stride + column) * 4;
        const places = [from, this.dims, sides.stride, added, ofQuery, to, y.stride];
        lanes.add('attention_f32', [...places, tokens, width, scratch], [own]);
      }
    }
    lanes.finish();
  }

  /** x = norm(x + y) */
  #addNorm(lanes: Lanes, y: Rows, x: Rows, norm: number, n: number): void {
    for (let i = 0; i < n; i += CALL_ROWS) {
      const [from, to] = [y, x].map(({ at, stride }) => at + i * stride * 4) as [number, number];
      const rows = Math.min(CALL_ROWS, n - i);
      lanes.add('add_norm_f32', [from, y.stride, to, x.stride, norm, to, x.stride, rows, this.dims]);
    }
    lanes.finish();
  }
}

const workOf = (sum: number, { rows, strips }: HeldDense) => sum + rows * strips * WIDTH;

/** y = x·W + b, in calls of some rows and some strips. */
function product(
  lanes: Lanes,
  { at, bias, rows: k, strips }: HeldDense,
  x: Rows,
  y: Rows,
  n: number,
  gelu: boolean,
): void {
  const rows = Math.min(n, CALL_ROWS);
  const most = lanes.count === 1 ? strips : Math.ceil(CALL_WORK / (rows * Math.max(1, k) * WIDTH));
  for (let i = 0; i < n; i += rows) {
    for (let s = 0; s < strips; s += most) {
      const from = [x.at + i * x.stride * 4, x.stride, at + s * k * WIDTH * 4, bias + s * WIDTH * 4];
      const to = [y.at + (i * y.stride + s * WIDTH) * 4, y.stride];
      const sizes = [Math.min(rows, n - i), Math.min(most, strips - s), k];
      lanes.add('dense_f32', [...from, ...to, ...sizes, gelu ? 1 : 0]);
    }
  }
  lanes.finish();
}

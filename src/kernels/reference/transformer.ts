import { ChelatedError } from '../../errors.ts';
import { type Matrix, matrix } from '../../matrix.ts';
import { checkLayer, checkTextRows } from '../check.ts';
import type { LayerNorm, ResidentTransformer, TextRows, TransformerLayer } from '../kernels.ts';
import { addNorm } from './add-norm.ts';
import { attention } from './attention.ts';
import { dense } from './dense.ts';
import type { Numbers } from './products.ts';

/** The layers of a transformer, in f64 from the first to the last. */
export class ReferenceTransformer implements ResidentTransformer {
  readonly dims: number;
  #layers: TransformerLayer[] | null = [];

  constructor(first: TransformerLayer) {
    this.dims = first.qkv.weight.rows;
    this.append(first);
  }

  append(layer: TransformerLayer): void {
    checkLayer(layer, this.dims);
    this.#live().push(structuredClone(layer));
  }

  apply(X: Matrix, rows: TextRows): Matrix {
    const strides = this.#live().map(({ heads }) => checkTextRows(X, this.dims, heads, rows));
    const Y = this.#live().reduce<Numbers>((Z, layer, i) => layerOf(Z, layer, rows, strides[i]!), X);
    return matrix(X.rows, X.dims, Float32Array.from(Y.data));
  }

  free(): void {
    this.#layers = null;
  }

  #live(): TransformerLayer[] {
    if (!this.#layers) throw new ChelatedError('invalid_input', 'layers used after free(); hold them again');
    return this.#layers;
  }
}

function layerOf(X: Numbers, layer: TransformerLayer, rows: TextRows, strides: readonly number[]): Numbers {
  const { heads, scale, qkv, merge, into, out } = layer;
  const d = X.dims;
  const { data } = dense(X, qkv.weight, qkv.bias, false);
  const mixed = new Float64Array(X.rows * d);
  const width = d / heads;
  for (let text = 0; text < rows.texts; text++) {
    for (let head = 0; head < heads; head++) {
      const side = (which: number) => (i: number, c: number) =>
        data[(text * rows.tokens + i) * 3 * d + which * d + head * width + c]!;
      const from = text * strides[0]! + head * strides[1]!;
      const bias = rows.bias && ((i: number, j: number) => rows.bias!.data[from + i * strides[2]! + j]!);
      const scaled = (i: number, c: number) => scale * side(0)(i, c);
      const Y = attention([rows.tokens, width], [scaled, side(1), side(2)], bias);
      Y.forEach((y, at) => {
        mixed[(text * rows.tokens + Math.floor(at / width)) * d + head * width + (at % width)] = y;
      });
    }
  }
  const Y = normed(X, dense({ ...X, data: mixed }, merge.weight, merge.bias, false), layer.attentionNorm);
  const H = dense(Y, into.weight, into.bias, true);
  return normed(Y, dense(H, out.weight, out.bias, false), layer.outNorm);
}

const normed = (X: Numbers, R: Numbers, norm: LayerNorm): Numbers => ({ ...X, data: addNorm(X, R, norm) });

/** What a careful programmer writes without WebAssembly: one pass a sum, no library, same layout, same memory. */
export const plainLoops = {
  normalize(x: Float32Array, y: Float32Array, n: number, d: number): void {
    for (let i = 0, at = 0; i < n; i++, at += d) {
      let sum = 0;
      for (let j = at; j < at + d; j++) sum += x[j]! * x[j]!;
      const factor = sum === 0 ? 0 : 1 / Math.sqrt(sum);
      for (let j = at; j < at + d; j++) y[j] = x[j]! * factor;
    }
  },

  push(x: Float32Array, c: Float32Array, h: Float32Array, n: number, d: number, eta: number): void {
    for (let i = 0, at = 0; i < n; i++, at += d) {
      let sum = 0;
      for (let j = at; j < at + d; j++) sum += (x[j]! - c[j]!) ** 2;
      const s = eta / Math.sqrt(sum);
      let squares = 0;
      for (let j = at; j < at + d; j++) {
        const v = x[j]! + s * (x[j]! - c[j]!);
        h[j] = v;
        squares += v * v;
      }
      const factor = 1 / Math.sqrt(squares);
      for (let j = at; j < at + d; j++) h[j]! *= factor;
    }
  },

  blend(h: Float32Array, t: Float32Array, y: Float32Array, n: number, d: number, alpha: number): void {
    for (let i = 0, at = 0; i < n; i++, at += d) {
      let squares = 0;
      for (let j = at; j < at + d; j++) {
        const v = (1 - alpha) * h[j]! + alpha * t[j]!;
        y[j] = v;
        squares += v * v;
      }
      const factor = 1 / Math.sqrt(squares);
      for (let j = at; j < at + d; j++) y[j]! *= factor;
    }
  },

  /** In the order that reads B and C along their rows. */
  gemm(a: Float32Array, b: Float32Array, c: Float32Array, m: number, k: number, n: number): void {
    c.fill(0);
    for (let i = 0; i < m; i++) {
      for (let p = 0; p < k; p++) {
        const v = a[i * k + p]!;
        for (let j = 0; j < n; j++) c[i * n + j]! += v * b[p * n + j]!;
      }
    }
  },

  /** Scores of every row for every query; keeping the best is left out, in the loops' favour. */
  scores(x: Float32Array, q: Float32Array, out: Float32Array, n: number, d: number, queries: number): void {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < queries; k++) {
        let sum = 0;
        for (let j = 0; j < d; j++) sum += x[i * d + j]! * q[k * d + j]!;
        out[k] = Math.max(out[k]!, sum);
      }
    }
  },
};

/** Everything that one run of the raw exports needs, as data, so that the same case also runs from other languages. */
export interface KernelCase {
  readonly buffers: Readonly<Record<string, KernelBuffer>>;
  readonly calls: readonly KernelCall[];
}

export type KernelBuffer =
  | { readonly role: 'in'; readonly data: Float32Array | Uint32Array | Int8Array }
  /** Written by the call. Right when every entry is within `bound` of `expected`. */
  | {
      readonly role: 'out';
      readonly type: 'f32' | 'f64' | 'u32';
      readonly expected: Float64Array;
      readonly bound: Float64Array;
    }
  /** Read and written; starts as `data`; right as above. */
  | {
      readonly role: 'inout';
      readonly data: Float32Array;
      readonly expected: Float64Array;
      readonly bound: Float64Array;
    }
  /** Read and written, starts as zero bytes, contents afterwards not specified. */
  | { readonly role: 'state'; readonly bytes: number };

/** An export and its arguments in order: the name of a buffer stands for its address. */
export interface KernelCall {
  readonly export: string;
  readonly arguments: readonly (string | number)[];
  /** What it must return, where it returns something. */
  readonly returns?: { readonly expected: number; readonly bound: number };
}

export function bytesOf(buffer: KernelBuffer): number {
  if (buffer.role === 'state') return buffer.bytes;
  if (buffer.role === 'out') return buffer.expected.length * (buffer.type === 'f64' ? 8 : 4);
  return buffer.data.byteLength;
}

/** Turns numbers of a kind into an array; the kinds are in fills.ts. */
export type Fill = (length: number, salt: number) => Float32Array;

import { type Matrix, row } from '../matrix.ts';

// Own code: a vector's numbers are most of an answer, and JSON.stringify writes each f32 as the f64 that it is not, 17 digits at
// four times the cost.

/** Digits of a number that no other f32 shares: 10⁸ > 2²⁴, so nine tell all of them apart. */
const smallest = 1e8;
/** From here to 1 a number is written by its digits; any other as JSON.stringify does. */
const least = 1e-5;
const bytesANumber = 24;

/** Up to four characters, the first in the lowest byte: a view writes them at once. */
const word = (text: string) => [...text].reduce((all, character, at) => all | (character.charCodeAt(0) << (8 * at)), 0);
/** The three digits of 0 to 999 and a comma. */
const triples = Int32Array.from({ length: 1000 }, (_, i) => word(`${String(i).padStart(3, '0')},`));
const zeroPoint = word('0.');
const encoder = new TextEncoder();
/** Where answers of a few vectors are put together: bytes for the longest that may come would be new ones each time. */
const bench = new Uint8Array(1 << 16);
const benchView = new DataView(bench.buffer);

/**
 * JSON as UTF-8 of its parts in order: text as it is, vectors as arrays of numbers. Each number is written with the nine digits
 * that give the same f32 when they are read: `Math.fround` of what a parser makes of them is the number.
 *
 * @example
 * new TextDecoder().decode(jsonBytes(['{"x":', new Float32Array([0.1, -1]), '}'])); // => '{"x":[0.100000001,-1]}'
 */
export function jsonBytes(parts: readonly (string | Float32Array)[]): Uint8Array<ArrayBuffer> {
  let most = 0;
  for (const part of parts) most += typeof part === 'string' ? 3 * part.length : 2 + bytesANumber * part.length;
  const bytes = most <= bench.length ? bench : new Uint8Array(most);
  const view = bytes === bench ? benchView : new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') at += encoder.encodeInto(part, bytes.subarray(at)).written;
    else at = writeNumbers(part, bytes, view, at);
  }
  return bytes.slice(0, at);
}

/** The JSON of an object that has fields, with the rows of a matrix as one more field, each alone or in an object of its own. */
export function jsonWithRows(
  said: object,
  field: string,
  X: Matrix,
  around: (i: number) => readonly [before: string, after: string] = () => ['', ''],
): Uint8Array<ArrayBuffer> {
  const parts: (string | Float32Array)[] = [`${JSON.stringify(said).slice(0, -1)},"${field}":[`];
  for (let i = 0; i < X.rows; i++) {
    const [before, after] = around(i);
    parts.push(i === 0 ? before : `,${before}`, row(X, i), after);
  }
  parts.push(']}');
  return jsonBytes(parts);
}

/** Writes them from `from` on, and says where they end. A word's last characters are overwritten by what comes next. */
function writeNumbers(numbers: Float32Array, bytes: Uint8Array, view: DataView, from: number): number {
  let at = from;
  bytes[at++] = 0x5b;
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i]!;
    const size = Math.abs(x);
    if (!(size >= least && size < 1)) {
      at += encoder.encodeInto(`${JSON.stringify(x)},`, bytes.subarray(at)).written;
      continue;
    }
    if (x < 0) bytes[at++] = 0x2d;
    view.setInt32(at, zeroPoint, true);
    at += 2;
    let scale = 1e9;
    for (; size * scale < smallest; scale *= 10) bytes[at++] = 0x30;
    // Whole numbers below 2³¹, and said to be so: as f64 this takes twice as long.
    const digits = (size * scale + 0.5) | 0;
    const high = (digits / 1e6) | 0;
    const low = (digits - high * 1e6) | 0;
    const middle = (low / 1e3) | 0;
    view.setInt32(at, triples[high]!, true);
    view.setInt32(at + 3, triples[middle]!, true);
    view.setInt32(at + 6, triples[low - middle * 1e3]!, true);
    at += 10;
  }
  if (numbers.length > 0) at--; // the last comma
  bytes[at++] = 0x5d;
  return at;
}

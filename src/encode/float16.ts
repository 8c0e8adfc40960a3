const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** The numbers of IEEE binary16 words, exactly. */
export function fromFloat16(words: Uint16Array): Float32Array {
  return Float32Array.from(words, decode);
}

/** Rounds each number to the nearest binary16 (ties to even); |x| ≥ 65520 becomes Infinity, NaN stays NaN. */
export function toFloat16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, encode);
}

function decode(word: number): number {
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = (word >> 10) & 31;
  const fraction = word & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  // The same number as f32: rebias the exponent from 15 to 127, widen the fraction from 10 to 23 bits.
  bits[0] = ((word & 0x8000) << 16) | ((exponent + 112) << 23) | (fraction << 13);
  return number[0]!;
}

function encode(value: number): number {
  number[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above
  if (magnitude < 0x38800000) {
    // Below 2⁻¹⁴ halves are multiples of 2⁻²⁴: adding ½ lets the f32 adder round the value to that grid, ties to even.
    number[0] = Math.abs(value) + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  const roundUp = 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((magnitude - 0x38000000 + roundUp) >>> 13);
}

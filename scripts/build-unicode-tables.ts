// Writes kernels/wordpiece/_unicode-tables.ts: what WordPiece has to know of every character, as the reference has it.
//   npm install --no-save --ignore-scripts @unicode/unicode-8.0.0 @unicode/unicode-9.0.0
//   node scripts/bun.mjs scripts/build-unicode-tables.ts
// The reference (Hugging Face tokenizers 0.23) mixes three versions of Unicode, each from another Rust crate:
//   categories (punctuation, marks, controls)  8.0   unicode_categories 0.1
//   canonical decomposition and ordering       9.0   unicode-normalization-alignments 0.1
//   lower case and white space                17.0   Rust's standard library
// test/python/wordpiece_check.py finds out when that has changed. The packages are 30 MB each and wanted here alone.
import { writeFile } from 'node:fs/promises';

const LAST = 0x10ffff;
const BLOCK = 128; // characters; makes the smallest table
const bits = { space: 1, drop: 2, punctuation: 4, mark: 8, nonstarter: 16, decomposes: 32, lowers: 64, chinese: 128 };

if (process.versions.unicode !== '17.0') throw new Error(`Unicode 17.0 expected, this is ${process.versions.unicode}`);

/** Code points of a general category. A package's name in a variable is not looked for by the type checker. */
async function category(version: string, name: string): Promise<Set<number>> {
  const { default: points } = await import(`@unicode/unicode-${version}/General_Category/${name}/code-points.mjs`);
  return new Set(points);
}

const [control, format, privateUse, punctuation, marks] = await Promise.all(
  ['Control', 'Format', 'Private_Use', 'Punctuation', 'Nonspacing_Mark'].map((name) => category('8.0.0', name)),
);
const unassigned = await category('9.0.0', 'Unassigned');

// BERT's ideographs; one block begins later in the reference than in Unicode (U+2B820).
const chinese = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0x2f800, 0x2fa1f],
] as const;

const isHangul = (c: number) => c >= 0xac00 && c <= 0xd7a3; // decomposed by arithmetic, needs no table
const text = (...points: number[]) => String.fromCodePoint(...points);
const decompose = (c: number) => (unassigned!.has(c) ? text(c) : text(c).normalize('NFD'));

/** Whether `a` before `b` changes places in canonical order: class of a > class of b > 0. */
const swaps = (a: number, b: number) =>
  text(a, b).normalize('NFD') !== text(a).normalize('NFD') + text(b).normalize('NFD');
const lowest = 0x334; // class 1
const highest = 0x345; // class 240
const isNonstarter = (c: number) =>
  !unassigned!.has(c) && /\p{M}/u.test(text(c)) && (swaps(c, lowest) || swaps(highest, c));

function properties(c: number): number {
  const asciiMark = c < 128 && /[!-/:-@[-`{-~]/.test(text(c));
  const keptControl = c === 9 || c === 10 || c === 13;
  let p = 0;
  if (/\p{White_Space}/u.test(text(c))) p |= bits.space;
  if (c === 0 || c === 0xfffd || ((control!.has(c) || format!.has(c) || privateUse!.has(c)) && !keptControl))
    p |= bits.drop;
  if (asciiMark || punctuation!.has(c)) p |= bits.punctuation;
  if (marks!.has(c)) p |= bits.mark;
  if (isNonstarter(c)) p |= bits.nonstarter;
  if (decompose(c) !== text(c)) p |= bits.decomposes;
  if (text(c).toLowerCase() !== text(c)) p |= bits.lowers;
  if (chinese.some(([from, to]) => c >= from && c <= to)) p |= bits.chinese;
  return p;
}

const all = new Uint8Array(LAST + 1);
for (let c = 0; c <= LAST; c++) if (c < 0xd800 || c > 0xdfff) all[c] = properties(c);

// Two stages: the number of a block for each 128 characters, equal blocks once.
const blocks = new Map<string, number>();
const stages: number[] = [];
const data: number[] = [];
for (let from = 0; from <= LAST; from += BLOCK) {
  const block = [...all.subarray(from, from + BLOCK)];
  const key = block.join();
  if (!blocks.has(key)) {
    blocks.set(key, blocks.size);
    data.push(...block);
  }
  stages.push(blocks.get(key)!);
}
if (blocks.size > 255) throw new Error(`${blocks.size} blocks do not fit a byte`);

// What is left of a decomposition without its marks; a mark of class 0 stays, it bounds the reordering.
const keys: number[] = [];
const values: number[] = [];
const pool: number[] = [];
for (let c = 0; c <= LAST; c++) {
  if (!(all[c]! & bits.decomposes) || isHangul(c)) continue;
  const kept = [...decompose(c)]
    .map((character) => character.codePointAt(0)!)
    .filter((e) => (all[e]! & (bits.mark | bits.nonstarter)) !== (bits.mark | bits.nonstarter));
  keys.push(c);
  if (kept.length === 1) values.push(kept[0]!);
  else {
    values.push((0x80000000 | (kept.length << 24) | pool.length) >>> 0);
    pool.push(...kept);
  }
}

// Lower case in runs: first, last, step, difference. U+0130 alone becomes two characters; the code knows it.
const lower: number[] = [];
for (let c = 0; c <= LAST; c++) {
  if (!(all[c]! & bits.lowers) || c === 0x130) continue;
  const low = [...text(c).toLowerCase()];
  if (low.length !== 1) throw new Error(`U+${c.toString(16)} becomes ${low.length} characters`);
  const difference = low[0]!.codePointAt(0)! - c;
  const last = lower.length - 4;
  const gap = last < 0 ? 0 : c - lower[last + 1]!;
  if (gap >= 1 && gap <= 2 && lower[last + 3] === difference && [0, gap].includes(lower[last + 2]!)) {
    lower[last + 1] = c;
    lower[last + 2] = gap;
  } else lower.push(c, c, 0, difference);
}
for (let i = 2; i < lower.length; i += 4) lower[i] ||= 1;

// Nonstarters that are not dropped, with a number that orders as their combining class does.
const ordered = [...all.keys()].filter((c) => (all[c]! & (bits.nonstarter | bits.mark)) === bits.nonstarter);
const nonstarters = [...all.keys()].filter((c) => all[c]! & bits.nonstarter && !(all[c]! & bits.decomposes));
const classes: number[] = []; // one character of each class, ascending
for (const c of nonstarters) {
  if (classes.some((other) => !swaps(c, other) && !swaps(other, c))) continue;
  const before = classes.findIndex((other) => swaps(other, c));
  classes.splice(before < 0 ? classes.length : before, 0, c);
}
const order = ordered.flatMap((c) => [c, 1 + classes.findIndex((other) => !swaps(c, other) && !swaps(other, c))]);

const lines = (type: string, name: string, about: string, numbers: readonly number[]) =>
  `/** ${about} */\n// prettier-ignore\nexport const ${name}: usize = memory.data<${type}>([${numbers.join()}]);\n`;
const source = [
  '// Written by scripts/build-unicode-tables.ts; not to be changed by hand. Unicode 8.0, 9.0 and 17.0: see there.\n',
  ...Object.entries(bits).map(([name, bit]) => `export const ${name.toUpperCase()}: u32 = ${bit};`),
  '',
  lines('u8', 'stages', 'Number of the block of each 128 characters.', stages),
  lines('u8', 'blocks', 'Properties of the characters of each block.', data),
  lines('u32', 'decomposed', 'Characters that decompose, ascending; Hangul syllables are not among them.', keys),
  `export const decomposedCount: i32 = ${keys.length};`,
  lines(
    'u32',
    'decompositions',
    'What is left of each: a character, or 1 << 31 | length << 24 | place in the pool.',
    values,
  ),
  lines('u32', 'pool', 'Decompositions into more or fewer than one.', pool),
  lines('i32', 'lowerRuns', 'Runs of first, last, step, difference; ascending.', lower),
  `export const lowerRunCount: i32 = ${lower.length / 4};`,
  lines('u32', 'orders', 'Character and order of its class, for nonstarters that are kept; ascending.', order),
  `export const orderCount: i32 = ${order.length / 2};`,
];
await writeFile(
  new URL('../kernels/wordpiece/_unicode-tables.ts', import.meta.url),
  `${source.join('\n').trimEnd()}\n`,
);
console.log(
  `${blocks.size} blocks, ${keys.length} decompositions, ${lower.length / 4} runs, ${order.length / 2} kept nonstarters, ${classes.length} classes`,
);

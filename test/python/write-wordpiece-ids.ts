// Token ids of the texts of a file, for wordpiece_check.py, which starts it:
//   node scripts/bun.mjs test/python/write-wordpiece-ids.ts TOKENIZER.json TEXTS IDS
// TEXTS is u32 n, u32 offsets (n + 1), bytes, which need not be UTF-8; IDS is u32 rows (n + 1), u32 ids.
import { readFileSync, writeFileSync } from 'node:fs';
import { packVocabulary } from '../../src/encode/word-piece-vocabulary.ts';
import { WordPieceModule } from '../../src/kernels/word-piece-module.ts';

const [tokenizer, texts, to] = process.argv.slice(2);
if (!tokenizer || !texts || !to) throw new Error('usage: write-wordpiece-ids.ts TOKENIZER.json TEXTS IDS');
const packed = packVocabulary(readFileSync(tokenizer, 'utf8'));
if (!packed) throw new Error(`${tokenizer} is not WordPiece`);
const module = await WordPieceModule.open(packed.vocabulary);
const file = new Uint8Array(readFileSync(texts));
const n = new Uint32Array(file.buffer, 0, 1)[0]!;
const offsets = new Uint32Array(file.buffer, 4, n + 1);
const bytes = file.subarray(4 + 4 * (n + 1));
const { ids, rows } = module.encodeUtf8(bytes, offsets, 1e6);
writeFileSync(to, Buffer.concat([rows, ids].map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));

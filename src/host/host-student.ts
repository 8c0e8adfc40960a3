import { config } from '../config.ts';
import { type StudentFiles, staticStudent } from '../encode/static-student.ts';
import { readStudentCard } from '../encode/student-card.ts';
import { packVocabulary } from '../encode/word-piece-vocabulary.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { transpose } from '../matrix.ts';
import { type HostSection, writeHostFile } from './host-file.ts';

/**
 * The host file of a static student: its table, its vocabulary as the WordPiece module takes it, and its context gate where it
 * has one: both maps a row an output, as hosts take every map.
 *
 * @throws {ChelatedError} invalid_input where the tokenizer is not BERT's, and what opening the student throws
 */
export async function hostStudent(files: StudentFiles, kernels: Kernels): Promise<Uint8Array> {
  const encoder = await staticStudent(files, kernels);
  encoder.dispose();
  const { gate } = encoder;
  const { rows, weights } = encoder.table!;
  const packed = packVocabulary(files.tokenizer, readStudentCard(files.card).wordBucketBits);
  if (packed?.vocabulary.kinds.length !== rows.rows) {
    const message = `student ${encoder.id}: its tokenizer is not one that the WordPiece module runs; hosts need BERT's, one row a token`;
    throw new ChelatedError('invalid_input', message);
  }
  const { texts, offsets, kinds, prefix, unknown, maxCharacters, flags } = packed.vocabulary;
  const sections = new Map<string, HostSection>([['rows', rows]]);
  const put = (name: string, data: HostSection['data']) => sections.set(name, { rows: data.length, dims: 1, data });
  if ('scales' in rows) put('scales', rows.scales);
  put('weights', weights);
  put('texts', texts);
  put('offsets', offsets);
  put('kinds', kinds);
  put('prefix', new TextEncoder().encode(prefix));
  const { maxTokens, maxCharacters: longest } = config.encode;
  put('rules', Uint32Array.of(unknown, maxCharacters, flags, maxTokens, 3 * longest)); // UTF-8: 3 bytes a UTF-16 unit
  if (gate) sections.set('gate_context', transpose(gate.context)).set('gate_tokens', gate.tokens);
  const { baseFingerprint, dims } = encoder;
  return writeHostFile({
    header: {
      ...{ what: gate ? 'gated student' : 'student', kind: 'identity', outputSpace: 'student', termFrequency: null },
      ...{ baseFingerprint, fingerprint: baseFingerprint, dIn: dims, dOut: dims },
    },
    sections,
  });
}

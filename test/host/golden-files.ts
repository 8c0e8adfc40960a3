import { type AdapterKind, adapterKinds } from '../../src/adapter/card.ts';
import { type StudentFiles, staticStudent } from '../../src/encode/static-student.ts';
import { withWordBuckets } from '../../src/encode/with-word-buckets.ts';
import { hostAdapter } from '../../src/host/host-adapter.ts';
import { readHostFile } from '../../src/host/host-file.ts';
import { hostStudent } from '../../src/host/host-student.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { expected } from '../adapter/expected.ts';
import { sample } from '../adapter/samples.ts';
import { gatedTinyStudent, tinyDims, tinyRows, tinyStudent } from '../encode/tiny-student.ts';

const texts = [
  'a cat, a DOG.',
  '',
  'bbb café   cafe\u0301 ΣΑΣ σς',
  '\t \u0000',
  'a a a a b [MASK] zebra',
  '犬cat犬 dog\ufffd',
  'Cat',
];

/**
 * Names and bytes of the host files that every language is held to, and of what says what must come out: `cases.json`,
 * `words.json` of a student that has word buckets, and `gated.json` of one that has a context gate as well.
 */
export async function goldenFiles(kernels: Kernels): Promise<Map<string, Uint8Array>> {
  const plain = await tinyStudent();
  const words = withWordBuckets(plain, { id: 'tiny-words', bits: 3 });
  const gated = withWordBuckets(await gatedTinyStudent(), { id: 'tiny-gated', bits: 3 });
  return new Map([
    ...(await goldenStudent(kernels, plain, '', adapterKinds, texts)),
    // The last one has more ids than bytes.
    ...(await goldenStudent(kernels, words, 'words', ['lexical', 'residual'], [...texts, 'a b a b a'])),
    ...(await goldenStudent(kernels, gated, 'gated', ['lexical', 'residual'], [...texts, 'a b a b a'])),
  ]);
}

/** The files of one student, with something before their names, and of an adapter of each kind for it. */
async function goldenStudent(
  kernels: Kernels,
  made: StudentFiles,
  prefix: string,
  kinds: readonly AdapterKind[],
  texts: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const student = await staticStudent(made, kernels);
  const name = (of: string) => `${prefix && `${prefix}-`}${of}.chelated`;
  const { vectors, tokens } = await student.encode(texts, { role: 'query' });
  const files = new Map([[name('student'), await hostStudent(made, kernels)]]);
  const adapters: object[] = [];
  for (const [i, kind] of kinds.entries()) {
    const { parts, card } = toyAdapter(kind, i, student.table?.wordBuckets);
    const bytes = await hostAdapter({
      parts,
      card: { ...card, baseFingerprint: student.baseFingerprint, ...(student.gate && { contextGate: true }) },
      hash: String(i).repeat(64),
    });
    const wanted = expected(parts, card, { vectors, tokens: tokens! }, student.table);
    const { fingerprint } = (await readHostFile(bytes)).header;
    files.set(name(kind), bytes);
    adapters.push({
      ...{ file: name(kind), needs: card.needs, dims: card.dOut, fingerprint },
      expected: base64(wanted.data),
      bound: 1e-5,
    });
  }
  const cases = {
    ...{ student: name('student'), fingerprint: student.baseFingerprint, dims: student.dims, texts },
    ids: texts.map((text) => [...student.tokenizer.encode(text, student.maxTokens)]),
    base: base64(vectors.data),
    adapters,
  };
  student.dispose();
  return files.set(`${prefix || 'cases'}.json`, new TextEncoder().encode(`${JSON.stringify(cases, null, 1)}\n`));
}

/** An adapter for the tiny student, with a bias and without a row for some tokens where its kind allows. */
function toyAdapter(kind: AdapterKind, seed: number, wordBuckets = 0) {
  const square = kind === 'identity' || kind === 'orthogonal';
  const options = {
    dIn: tinyDims,
    dOut: square ? tinyDims : 5,
    vocabulary: tinyRows + wordBuckets,
    wordBuckets,
    int8Table: true,
  };
  return sample(kind, seed, { ...options, bias: kind !== 'identity' && kind !== 'orthogonal' });
}

const base64 = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

import { type AdapterKind, adapterKinds } from '../../src/adapter/card.ts';
import { staticStudent } from '../../src/encode/static-student.ts';
import { hostAdapter } from '../../src/host/host-adapter.ts';
import { readHostFile } from '../../src/host/host-file.ts';
import { hostStudent } from '../../src/host/host-student.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { expected } from '../adapter/expected.ts';
import { sample } from '../adapter/samples.ts';
import { tinyDims, tinyRows, tinyStudent } from '../encode/tiny-student.ts';

const texts = [
  'a cat, a DOG.',
  '',
  'bbb café   cafe\u0301 ΣΑΣ σς',
  '\t \u0000',
  'a a a a b [MASK] zebra',
  '犬cat犬 dog\ufffd',
  'Cat',
];

/** Names and bytes of the host files that every language is held to, and `cases.json`, which says what must come out. */
export async function goldenFiles(kernels: Kernels): Promise<Map<string, Uint8Array>> {
  const made = await tinyStudent();
  const student = await staticStudent(made, kernels);
  const { vectors, tokens } = await student.encode(texts, { role: 'query' });
  const files = new Map([['student.chelated', await hostStudent(made, kernels)]]);
  const adapters: object[] = [];
  for (const [i, kind] of adapterKinds.entries()) {
    const { parts, card } = toyAdapter(kind, i);
    const bytes = await hostAdapter({
      ...{ parts, card: { ...card, baseFingerprint: student.baseFingerprint } },
      hash: String(i).repeat(64),
    });
    const wanted = expected(parts, card, { vectors, tokens: tokens! }, student.table);
    const { fingerprint } = (await readHostFile(bytes)).header;
    files.set(`${kind}.chelated`, bytes);
    adapters.push({
      ...{ file: `${kind}.chelated`, needs: card.needs, dims: card.dOut, fingerprint },
      expected: base64(wanted.data),
      bound: 1e-5,
    });
  }
  const cases = {
    ...{ student: 'student.chelated', fingerprint: student.baseFingerprint, dims: student.dims, texts },
    ids: texts.map((text) => [...student.tokenizer.encode(text, student.maxTokens)]),
    base: base64(vectors.data),
    adapters,
  };
  student.dispose();
  return files.set('cases.json', new TextEncoder().encode(`${JSON.stringify(cases, null, 1)}\n`));
}

/** An adapter for the tiny student, with a bias and without a row for some tokens where its kind allows. */
function toyAdapter(kind: AdapterKind, seed: number) {
  const square = kind === 'identity' || kind === 'orthogonal';
  const options = { dIn: tinyDims, dOut: square ? tinyDims : 5, vocabulary: tinyRows, int8Table: true };
  return sample(kind, seed, { ...options, bias: kind !== 'identity' && kind !== 'orthogonal' });
}

const base64 = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

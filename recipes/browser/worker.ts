// All that computes, in a thread of its own. A worker makes one adapter, and answers searches through it until it is ended.
import {
  type Adapter,
  datasetWarnings,
  distil,
  distilSteps,
  type Encoder,
  gateLine,
  loadAdapter,
  loadKernels,
  modelFromFiles,
  onDeviceFallback,
  onnxEncoder,
  parseDataset,
  readStudent,
  readVectors,
  refusedResult,
  search,
  staticStudent,
  vectorEncoder,
  writeAdapter,
} from 'chelated/browser';
import type { Answer, Call, Hit } from './messages.ts';

type DistilCall = Extract<Call, { type: 'distil' }>;

const say = (answer: Answer) => postMessage(answer);
const beside = (name: string) => new URL(name, import.meta.url);

/** Hits listed on either side. */
const k = 10;

onDeviceFallback(({ message }) => say({ type: 'note', text: `the teacher runs on wasm: ${message}` }));

let find: ((query: string) => Promise<{ before: Hit[]; after: Hit[] }>) | undefined;

addEventListener('message', async ({ data }: MessageEvent<Call>) => {
  try {
    if (data.type === 'distil') await learn(data);
    else if (find) say({ type: 'found', ...(await find(data.query)) });
  } catch (error) {
    say({ type: 'failed', message: (error as Error).message });
  }
});

async function learn({ corpus, teacher: given, kind, force }: DistilCall): Promise<void> {
  const kernels = await loadKernels({
    threads: 'cores',
    module: beside('chelated-kernels-threads.wasm'),
    alone: beside('chelated-kernels.wasm'),
    onFallback: (text) => say({ type: 'note', text }),
  });
  const student = await staticStudent(
    await readStudent(beside('student/')),
    kernels,
    beside('chelated-wordpiece.wasm'),
  );
  const { name } = corpus;
  const files = { corpus: name, queries: '', judgements: '' };
  const dataset = parseDataset({ name, corpus: await corpus.text(), files });
  for (const text of datasetWarnings(dataset)) say({ type: 'note', text });
  const teacher = await openTeacher(given);
  const ids = dataset.documents.map(({ id }) => id);
  const texts = dataset.documents.map(({ text }) => text);
  const result = await distil({
    documents: { ids, texts },
    student,
    teacher,
    kernels,
    adapter: kind,
    force,
    onProgress: (step, share) => say({ type: 'progress', step: distilSteps[step], share }),
  }).catch((error) => {
    const refused = refusedResult(error);
    if (!refused) throw error;
    return refused;
  });
  teacher.dispose();
  const { card } = result;
  const file = new Uint8Array(await writeAdapter(result.parts, card));
  find = await searcher(await loadAdapter(file, { encoder: student, kernels }));
  const verdict = card.gate ? gateLine(card.gate) : 'not judged';
  say({ type: 'adapter', file, card, verdict });

  async function openTeacher(given: DistilCall['teacher']): Promise<Encoder> {
    if ('model' in given) return onnxEncoder(modelFromFiles(given.model), kernels, { device: given.device });
    const { name } = given.vectors;
    const { model, ...documents } = readVectors(new Uint8Array(await given.vectors.arrayBuffer()), name);
    return vectorEncoder({ id: `vectors:${name}`, ...(model && { model }), documents }, student.tokenizer, kernels);
  }

  /** Exact search in the documents as the student has them, and as the adapter corrects them. */
  async function searcher(adapter: Adapter) {
    const sides = async (texts: readonly string[], role: 'document' | 'query') => {
      const { vectors, tokens = student.tokenize(texts) } = await student.encode(texts, { role });
      return { before: vectors, after: await adapter.correct({ vectors, tokens }) };
    };
    const documents = await sides(texts, 'document');
    const indices = { before: kernels.hold(documents.before), after: kernels.hold(documents.after) };
    const textOf = new Map(dataset.documents.map(({ id, text }) => [id, text]));
    return async (query: string) => {
      const queries = await sides([query], 'query');
      const hits = (side: 'before' | 'after'): Hit[] => {
        const [list] = search({ kernels, documents: indices[side], ids, queries: queries[side], k });
        return list!.ids.map((id, i) => ({ id, score: list!.scores[i]!, text: textOf.get(id)! }));
      };
      return { before: hits('before'), after: hits('after') };
    };
  }
}

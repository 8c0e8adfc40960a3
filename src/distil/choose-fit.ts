import { neighbours } from '../collapse/neighbours.ts';
import { config } from '../config.ts';
import { agreement } from '../evaluate/agreement.ts';
import { takeWindow } from '../evaluate/take-segment.ts';
import type { SparseRows } from '../kernels/kernels.ts';
import { pickRows } from '../matrix.ts';
import { random } from '../random.ts';
import { type Texts, withCandidate } from './candidate.ts';
import { type Choice, cautiousChoice, firstChoice, startingChoice } from './choice.ts';
import { type Chosen, choose } from './choose.ts';
import { type Corpus, pickDocuments } from './corpus.ts';
import { seenBy } from './cut-passages.ts';
import { fromDense } from './dense.ts';
import { adapterFits } from './fit-adapter.ts';
import type { FitData } from './fit-data.ts';
import { type FitPlan, fitData } from './fit-plan.ts';
import { makeCard } from './make-card.ts';
import { principalAxes } from './principal-axes.ts';
import { splitDocuments } from './split-documents.ts';
import { isTrained } from './train/trained-adapter.ts';

/**
 * Chooses λ, the prior, the token weighting and whether word buckets have rows on `available` documents of the corpus, with short fits: fewer documents, narrower targets,
 * fewer iterations.
 *
 * The score is how far a run of words from a held-out document finds what the targets put nearest to that document: queries
 * are short and documents are not, and the choice is mostly about how tokens weigh in short texts. Cosine to the target,
 * and agreement of whole documents, chose worse. A precomputed student has no vectors for runs of words: there whole
 * documents are the queries.
 */
export async function chooseFit(
  plan: FitPlan,
  corpus: Corpus,
  available: Uint32Array,
  onProgress?: (tried: number) => void,
): Promise<Chosen> {
  const { kernels, seed } = plan;
  // A kind that gradients train stands on the affine fit: that is what is left to choose, where there is one.
  const trained = isTrained(plan.kind);
  const kind = isTrained(plan.kind) ? 'affine' : plan.kind;
  if (available.length < config.gate.minimumDocuments) return unchosen(cautiousChoice(kind, available.length));
  if (kind === 'identity' || kind === 'orthogonal' || (trained && plan.space === 'student'))
    return unchosen(firstChoice);
  const { documents, tolerance, iterations: maxIterations } = config.distil.choice;
  const { heldIn, heldOut } = splitDocuments(available.length, seed);
  const sample = random(seed).shuffle(heldIn.slice()).slice(0, documents).sort();
  const pool = pickDocuments(
    corpus,
    [...sample, ...heldOut].map((i) => available[i]!),
  );
  const self = Uint32Array.from(heldOut, (_, i) => sample.length + i);
  const { data, silver } = problem(plan, pool, sample.length, self);
  const fits = adapterFits(kernels, data, kind, { tolerance, maxIterations, solver: 'iterative' });
  const windows = await windowQueries(plan, pool, self);
  let tried = 0;
  const score = async (choice: Choice) => {
    plan.signal?.throwIfAborted();
    onProgress?.(++tried);
    const { parts, figures: fit } = fits(choice);
    const card = makeCard({
      ...plan,
      kind,
      parts,
      teacher: null,
      documents: sample.length,
      failed: 0,
      fit,
      gate: null,
    });
    return withCandidate(kernels, pool, { parts, card }, async (adapter) => {
      const found = await adapter.correct({ vectors: pool.X, tokens: pool.bags });
      const queries = windows ? await adapter.correct(windows) : pickRows(found, self);
      return agreement(kernels, { documents: found, queries, self, silver });
    });
  };
  const [taught, words] = [Boolean(data.basis), Boolean(pool.table?.wordBuckets)];
  return choose(kind, score, startingChoice(kind, available.length, taught, words));
}

const unchosen = (choice: Chosen['choice']): Chosen => ({ choice, tried: 0, score: 0, firstScore: 0 });

/** The first `fitted` documents with narrowed targets, and what the whole targets put nearest to each of `self`. */
function problem(
  plan: FitPlan,
  pool: Corpus,
  fitted: number,
  self: Uint32Array,
): { data: FitData; silver: SparseRows } {
  const { kernels } = plan;
  const { Y, basis } = fitData(plan, pool).data;
  const directions = kernels.normalize(Y);
  const index = kernels.hold(directions);
  try {
    const silver = neighbours(kernels, index, directions, self, config.gate.depth);
    const {
      X,
      bags,
      T: _,
      ...rest
    } = pickDocuments(
      pool,
      Uint32Array.from({ length: fitted }, (_, i) => i),
    );
    const own = pickRows(
      Y,
      Uint32Array.from({ length: fitted }, (_, i) => i),
    );
    const { axes } = principalAxes(kernels, own, Math.min(config.distil.choice.dims, own.dims));
    const narrow = fromDense(axes);
    const narrowed = { Y: kernels.gemm(own, narrow), basis: basis && kernels.gemm(basis, narrow) };
    return { data: { ...rest, X, bags, ...narrowed, teacher: null }, silver };
  } finally {
    index.free();
  }
}

/** A run of words from each document, as the student sees it; a document that is too short stands for itself. */
async function windowQueries({ student, seed, signal }: FitPlan, pool: Corpus, of: Uint32Array): Promise<Texts | null> {
  if (student.precomputed) return null;
  const generator = random(seed);
  const texts = Array.from(of, (i) => takeWindow(pool.texts[i]!, generator)?.segment ?? pool.texts[i]!);
  return seenBy(student, texts, 'query', signal);
}

import { config } from '../config.ts';
import { type Texts, withCandidate } from '../distil/candidate.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import { ChelatedError } from '../errors.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';
import { chooseRung, type PseudoVectors } from '../hubness/choose-rung.ts';
import type { HubnessInput } from '../hubness/correction.ts';
import { ladder as rungs } from '../hubness/ladder.ts';
import type { Matrix } from '../matrix.ts';
import { type Collection, openCollection, type Sides } from './collection.ts';
import { combinations, type Experiment, type LabRow, labCell } from './experiment.ts';
import { fitCollection } from './fit-collection.ts';
import { modelOf } from './lab-encoder.ts';
import { ladderReport } from './ladder-report.ts';
import { encodePseudo, type PseudoQueries, pseudoQueries } from './pseudo-queries.ts';
import { round, scoreSides } from './score-sides.ts';

/** Vectors that are corrected: the student's, those of the default adapter, and the teacher's own. */
export const ladderSpaces = ['student', 'corrected', 'teacher'] as const;
type LadderSpace = (typeof ladderSpaces)[number];

/** Every rung on every space, its settings chosen by pseudo-queries and, beside it, by the oracle. */
export const ladder: Experiment = {
  name: 'ladder',
  description: 'what corrections of hubs buy: of the student, of corrected vectors, of the teacher',
  parameters: ['space', 'rung'],
  cells: (setup) => {
    checkModels([...setup.students, ...setup.teachers]);
    return ladderSpaces.flatMap((space) =>
      combinations(setup).map((combination) =>
        labCell(combination, [space], async () => measure(await openCollection(setup.kernels, combination), space)),
      ),
    );
  },
  report: ladderReport,
};

/** Parts of documents are embedded, of which no file has vectors. */
function checkModels(ids: readonly string[]): void {
  const nameless = ids.find((id) => modelOf(id) === null);
  if (nameless === undefined) return;
  const message = `ladder embeds parts of documents, and ${nameless} does not say by which model; name it, or give stored:MODEL`;
  throw new ChelatedError('invalid_input', message);
}

interface Space {
  readonly sides: Sides;
  readonly pseudo: PseudoVectors;
}

async function measure(collection: Collection, name: LadderSpace): Promise<LabRow[]> {
  const { kernels, data, seed } = collection;
  const { sides, pseudo } = await spaceOf(collection, name);
  const bank = pseudo.segments;
  const input: HubnessInput = { kernels, documents: kernels.normalize(sides.documents), bank, seed };
  const Q = kernels.normalize(sides.queries);
  return Object.entries(rungs).map(([rung, { grid, fit }]): LabRow => {
    const chosen = chooseRung(input, { grid, fit }, pseudo);
    const { documents, queries } = fit(input, chosen.settings);
    const { figures } = scoreSides(collection, { documents, queries: queries(Q) }, 'dot');
    const oracle = grid.map((settings) => {
      const tried = fit(input, settings);
      return evaluate({ dataset: data, kernels, documents: tried.documents, queries: tried.queries(Q), metric: 'dot' });
    });
    const best = oracle.reduce((at, { 'ndcg@10': ndcg }, i) => (ndcg > oracle[at]!['ndcg@10'] ? i : at), 0);
    return {
      collection: collection.name,
      student: collection.student,
      teacher: collection.teacher,
      seed,
      space: name,
      rung,
      settings: JSON.stringify(chosen.settings),
      cloze: round(chosen.score),
      oracleSettings: JSON.stringify(grid[best]),
      oracle: round(oracle[best]!['ndcg@10']),
      queries: judgedQueries(data).length,
      ...figures,
    };
  });
}

async function spaceOf(collection: Collection, name: LadderSpace): Promise<Space> {
  const { base, taught, encoder, texts, seed } = collection;
  if (name === 'teacher') {
    const parts = pseudoQueries(texts, seed, config.hubness.transformerPseudoQueries);
    return { sides: taught, pseudo: await teacherPseudo(collection, parts) };
  }
  const parts = pseudoQueries(texts, seed);
  const seen = await encodePseudo(await textEncoder(collection, collection.student), parts);
  if (name === 'student') return { sides: base, pseudo: vectorsOf(seen, parts) };
  const { result, sides } = await fitCollection(collection, {});
  return withCandidate(collection.kernels, { table: encoder.table ?? null }, result, async (adapter) => {
    const correct = ({ vectors, tokens }: Texts): Promise<Matrix> => adapter.correct({ vectors, tokens });
    const pseudo = { segments: await correct(seen.segments), rests: await correct(seen.rests), source: parts.source };
    return { sides, pseudo };
  });
}

async function teacherPseudo(collection: Collection, parts: PseudoQueries): Promise<PseudoVectors> {
  const encoder = await textEncoder(collection, collection.teacher);
  return vectorsOf(await encodePseudo(encoder, parts), parts);
}

function vectorsOf({ segments, rests }: { segments: Texts; rests: Texts }, { source }: PseudoQueries): PseudoVectors {
  return { segments: segments.vectors, rests: rests.vectors, source };
}

/** An encoder for texts that are in no file: the student itself, or the model whose vectors are stored. */
async function textEncoder({ encoder, kernels, student }: Collection, id: string) {
  if (id === student && !encoder.precomputed) return encoder;
  return openEncoder(modelOf(id)!, { kernels });
}

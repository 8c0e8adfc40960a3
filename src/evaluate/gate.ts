import type { GateFigures, SignalFigures } from '../adapter/card.ts';
import { config } from '../config.ts';

/** What was measured of a candidate beside the unadapted student, on documents that its fit has not seen. */
export interface GateInput {
  /** Documents that the fit and the verdict could use. */
  readonly documents: number;
  readonly heldOut: number;
  /** Null without a teacher. */
  readonly agreement: SignalFigures | null;
  /** Null where sentences cannot be encoded; with fewer than config.gate.minimumSentences queries it counts as null. */
  readonly inverseCloze: SignalFigures | null;
  /** Null without judgements. */
  readonly judged: JudgedFigures | null;
  /** Inverse cloze of the teacher (as candidate) against the student, where the teacher can encode sentences. */
  readonly teacher?: SignalFigures | null;
}

/** Judged nDCG of student and candidate, with the paired bootstrap interval of their difference. */
export interface JudgedFigures extends SignalFigures {
  readonly low: number;
  readonly high: number;
}

/** How certain a signal must be. The defaults are `config.gate`. */
export interface GateLimits {
  /** A signal has risen above this z of the paired difference. */
  readonly z: number;
  /** The same for agreement where it is the only signal. */
  readonly zAlone: number;
  /** Inverse cloze has fallen below minus this z. */
  readonly fallZ: number;
}

/**
 * The promotion gate. It fails closed: what cannot be measured is refused.
 *
 *   too few documents                       refused
 *   judgements                              promoted when the paired bootstrap interval of the difference is above 0; nothing else counts
 *   the teacher is worse than the student   refused (inverse cloze of teacher against student has z < −config.gate.z)
 *   agreement and inverse cloze             promoted when agreement has z > config.gate.z and inverse cloze z ≥ −config.gate.fallZ
 *   agreement alone                         promoted when agreement has z > config.gate.zAlone
 *   inverse cloze alone (no teacher)        promoted when inverse cloze has z > config.gate.z
 *
 * @example
 * const signal = (z) => ({ queries: 200, student: 0.4, candidate: 0.4 + z / 100, z });
 * decideGate({ documents: 1000, heldOut: 200, agreement: signal(5), inverseCloze: signal(1), judged: null }).promoted; // => true
 * decideGate({ documents: 1000, heldOut: 200, agreement: signal(5), inverseCloze: signal(-3), judged: null }).promoted; // => false
 */
export function decideGate(input: GateInput, limits: GateLimits = config.gate): GateFigures {
  const { heldOut, agreement, inverseCloze, judged } = input;
  const [promoted, reason] = verdict(input, limits);
  const figures = judged && {
    queries: judged.queries,
    student: judged.student,
    candidate: judged.candidate,
    z: judged.z,
  };
  return { promoted, forced: false, reason, heldOut, agreement, inverseCloze, judged: figures };
}

function verdict(input: GateInput, { z, zAlone, fallZ }: GateLimits): [boolean, string] {
  const { documents, agreement, inverseCloze: cloze, judged, teacher } = input;
  const { minimumDocuments, minimumSentences } = config.gate;
  const inverseCloze = cloze && cloze.queries >= minimumSentences ? cloze : null;
  if (documents < minimumDocuments) {
    return [false, `${documents} documents are too few to judge a fit: at least ${minimumDocuments} are needed`];
  }
  if (judged) {
    const [risen, how] = judged.low > 0 ? [true, 'rose'] : [false, 'did not rise for certain'];
    return [risen, `judged nDCG ${how} (${change(judged)}; paired bootstrap from ${judged.low.toFixed(3)})`];
  }
  if (teacher && !(teacher.z >= -z)) {
    return [false, `the teacher finds less than the student (inverse cloze ${change(teacher)}): do not learn from it`];
  }
  if (agreement && inverseCloze) {
    const [agrees, reason] = above(agreement, z, 'agreement with the teacher');
    if (!agrees) return [false, reason];
    if (!(inverseCloze.z >= -fallZ)) {
      return [false, `${reason}, but inverse cloze fell by z < −${fallZ} (${change(inverseCloze)})`];
    }
    return [true, `${reason}; inverse cloze did not fall for certain (${change(inverseCloze)})`];
  }
  if (agreement) {
    const [agrees, reason] = above(agreement, zAlone, 'agreement with the teacher');
    return [agrees, `${reason}; the only signal, since too few parts of documents could be queries`];
  }
  if (inverseCloze) return above(inverseCloze, z, 'inverse cloze');
  return [false, 'nothing could be measured: there is no teacher, no judgement, and no sentence could be encoded'];
}

function above(signal: SignalFigures, z: number, name: string): [boolean, string] {
  return signal.z > z
    ? [true, `${name} rose (${change(signal)})`]
    : [false, `${name} did not rise by z > ${z} (${change(signal)})`];
}

const change = ({ student, candidate, z }: SignalFigures) =>
  `${student.toFixed(3)} → ${candidate.toFixed(3)}, z = ${z.toFixed(1)}`;

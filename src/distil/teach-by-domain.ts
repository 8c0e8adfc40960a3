import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows, row } from '../matrix.ts';
import { alignToStudent, mapTeacher } from './align.ts';
import { meanRow } from './mean-row.ts';
import { type Domain, learnDomain, nearestDomain } from './nearest-domain.ts';
import { type TaughtDocuments, type TeachingInput, taughtBy } from './taught-documents.ts';

/** A teacher that knows one domain, and documents that show what the domain is. */
export interface DomainTeacher {
  readonly teacher: Encoder;
  readonly examples: readonly string[];
}

/**
 * Every document taught by the teacher of its domain: that of the nearest centroid, in the student's space. Documents that
 * are far from all domains keep the general teacher's vector, and so do those that their own teacher fails on.
 *
 * A domain teacher is asked for its own documents alone, and its vectors are turned and moved to where the general teacher
 * has the same documents: all of them are in the general teacher's space.
 *
 * Edge    a domain of fewer documents than `config.distil.domainDocuments` stays with the general teacher: a turn needs them
 * @throws {ChelatedError} invalid_input for a domain without usable examples; what the encoders throw
 */
export async function teachByDomain(
  input: TeachingInput,
  general: TaughtDocuments,
  teachers: readonly DomainTeacher[],
): Promise<TaughtDocuments> {
  const { documents, student, kernels, seed = config.seed, signal } = input;
  const seen = async (texts: readonly string[], ids?: readonly string[]) =>
    (await student.encode(texts, { role: 'document', ...(ids && { ids }), ...(signal && { signal }) })).vectors;
  const domains: Domain[] = [];
  for (const { teacher, examples } of teachers) {
    const vectors = withoutZeros(await seen(examples));
    if (vectors.rows === 0) {
      const got = `got ${examples.length} documents, none with a vector`;
      throw new ChelatedError('invalid_input', `the domain of ${teacher.id} needs documents that show it, ${got}`);
    }
    domains.push(learnDomain(kernels, vectors, seed));
  }
  const domainOf = nearestDomain(await seen(documents.texts, documents.ids), domains);

  const vectors = matrix(general.vectors.rows, general.vectors.dims, general.vectors.data.slice());
  const taught: Record<string, number> = {};
  for (const [at, { teacher }] of teachers.entries()) {
    const own = Array.from(domainOf.keys()).filter((i) => domainOf[i] === at);
    const pick = (of: readonly string[]) => own.map((i) => of[i]!);
    const said = await taughtBy(input, teacher, { ids: pick(documents.ids), texts: pick(documents.texts) }, own);
    const both = Array.from(own.keys()).filter((i) => !isZero(said, i) && !isZero(vectors, own[i]!));
    taught[`documents of ${teacher.id}`] = both.length < config.distil.domainDocuments ? 0 : both.length;
    if (both.length < config.distil.domainDocuments) continue;
    const rows = both.map((i) => own[i]!);
    const placed = place(kernels, pickRows(said, both), pickRows(general.vectors, rows));
    rows.forEach((to, i) => {
      row(vectors, to).set(row(placed, i));
    });
  }
  return {
    vectors,
    id: [general.id, ...teachers.map(({ teacher }) => teacher.id)].join(' / '),
    figures: { ...general.figures, ...taught },
  };
}

/** Rows of T where G has the same documents: the rotation that brings them nearest, with G's mean and spread for their own. */
function place(kernels: Kernels, T: Matrix, G: Matrix): Matrix {
  const turned = mapTeacher(kernels, T, alignToStudent(kernels, T, G).teacher);
  const mean = Float32Array.from(meanRow(G));
  const scale = length(mapTeacher(kernels, G, { mean, map: null })) / (length(turned) || 1);
  for (let e = 0; e < turned.data.length; e++) turned.data[e] = scale * turned.data[e]! + mean[e % mean.length]!;
  return kernels.normalize(turned);
}

const length = ({ data }: Matrix) => Math.sqrt(data.reduce((sum, x) => sum + x * x, 0));
const isZero = (X: Matrix, i: number) => row(X, i).every((x) => x === 0);

function withoutZeros(X: Matrix): Matrix {
  return pickRows(
    X,
    Array.from({ length: X.rows }, (_, i) => i).filter((i) => !isZero(X, i)),
  );
}

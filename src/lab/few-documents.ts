import { config } from '../config.ts';
import { drawDocuments, openCollection, someDocuments } from './collection.ts';
import { type Combination, combinations, type Experiment, type LabRow, type LabSetup, labCell } from './experiment.ts';
import { fewDocumentsReport } from './few-documents-report.ts';
import { correctCollection, fitCollection, gateColumns } from './fit-collection.ts';
import { scoreSides } from './score-sides.ts';

/** How many documents a fit needs: fitted on some of them, drawn by the seed, and searched in all. */
export const fewDocuments: Experiment = {
  name: 'few-documents',
  description: 'fits on few documents, searched in all, and what the gate says of each',
  parameters: ['method', 'documents'],
  cells: (setup) =>
    combinations(setup).flatMap((combination) =>
      [0, ...config.fewDocuments].map((count) =>
        labCell(combination, [count], () => measure(setup, combination, count)),
      ),
    ),
  report: fewDocumentsReport,
};

/** No documents: student and teacher as they are. A collection that has not so many gives no row. */
async function measure({ kernels, signal }: LabSetup, combination: Combination, count: number): Promise<LabRow[]> {
  const collection = await openCollection(kernels, combination);
  const { name, student, teacher, seed, texts, taught } = collection;
  const row = (method: string, figures: LabRow) => ({
    collection: name,
    student,
    teacher,
    seed,
    documents: count,
    method,
    ...figures,
  });
  if (count === 0) {
    const scored = (method: string, sides: typeof taught) => row(method, scoreSides(collection, sides).figures);
    return [scored('student', collection.base), scored('teacher', taught)];
  }
  if (count > texts.length) return [];
  const drawn = drawDocuments(collection, count);
  const { result } = await fitCollection(someDocuments(collection, drawn), signal ? { signal } : {});
  const { sides } = await correctCollection(collection, result, taught.documents);
  return [row('corrected', { ...scoreSides(collection, sides).figures, ...gateColumns(result.card.gate) })];
}

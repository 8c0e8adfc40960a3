import type { OnnxModel } from '../../onnx/session.ts';
import type { ModelFiles } from './model-files.ts';
import type { WeightFile } from './weight-files.ts';

/** An ONNX file of a model with the files that hold its larger tensors. */
export async function readWeights(model: ModelFiles, { path, data }: WeightFile): Promise<OnnxModel> {
  const bytes = await model.read(path);
  const externalData = await Promise.all(
    data.map(async (path) => ({ path: path.split('/').at(-1)!, data: await model.read(path) })),
  );
  return externalData.length > 0 ? { bytes, externalData } : { bytes };
}

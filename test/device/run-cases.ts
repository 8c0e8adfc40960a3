// Runs the cases of one group in this process, Bun, Deno or Node, and prints a line of JSON for each.
//
//   node test/device/run-cases.ts GROUP
import { join } from 'node:path';
import { modelFolder } from '../../src/encode/onnx/model-folder.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { webGpu } from '../../src/onnx/web-gpu.ts';
import { allCases } from './all-cases.ts';
import { runCase } from './device-case.ts';

await webGpu(true);
const { CHELATED_MODELS: models } = process.env;
const host = {
  kernels: await loadKernels(),
  model: async (name: string) => (models ? modelFolder(join(models, name)) : null),
};
for (const one of allCases) {
  if (one.group === process.argv[2]) console.log(JSON.stringify(await runCase(one, host)));
}
process.exit();

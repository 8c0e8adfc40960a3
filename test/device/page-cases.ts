// Runs the cases in a page: `runGroup` is called from outside.
import type { ModelFiles } from '../../src/encode/onnx/model-files.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { allCases } from './all-cases.ts';
import { type CaseResult, runCase } from './device-case.ts';

/** A model that the page's server has below /models. */
async function model(name: string): Promise<ModelFiles | null> {
  const listed = await fetch(`/models/${name}`);
  if (!listed.ok) return null;
  const read = async (path: string) => {
    const response = await fetch(`/models/${name}/${path}`);
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  return { name, files: await listed.json(), read };
}

async function runGroup(group: string): Promise<CaseResult[]> {
  const host = { kernels: await loadKernels(), model };
  const results: CaseResult[] = [];
  for (const one of allCases) if (one.group === group) results.push(await runCase(one, host));
  return results;
}

Object.assign(globalThis, { runGroup });

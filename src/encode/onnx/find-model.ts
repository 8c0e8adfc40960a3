import { join } from 'node:path';
import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import type { ModelFiles } from './model-files.ts';
import { isModelFolder, modelFolder } from './model-folder.ts';
import { modelHub } from './model-hub.ts';

/**
 * The model that a user calls by a folder's path, a name below the folder CHELATED_MODELS, or a hub id with or without
 * a revision: `all-MiniLM-L6-v2`, `owner/name`, `owner/name@revision`. Disk comes before the hub.
 *
 * @throws {ChelatedError} not_found, backend_failed
 */
export async function findModel(id: string): Promise<ModelFiles> {
  const models = process.env.CHELATED_MODELS;
  for (const folder of models ? [id, join(models, id)] : [id]) {
    if (await isModelFolder(folder)) return { ...(await modelFolder(folder)), name: id };
  }
  const { owner, names } = config.onnxEncoder.wellKnown;
  const isWellKnown = names.some((name) => id === name || id.startsWith(`${name}@`));
  const [, name, revision] = hubId.exec(isWellKnown ? `${owner}/${id}` : id) ?? [];
  if (name) return modelHub(name, revision ? { revision } : {});
  const expected = 'a model folder, the name of one below CHELATED_MODELS, or a hub id, OWNER/NAME';
  throw new ChelatedError('not_found', `no model is called ${JSON.stringify(id)}; expected ${expected}`);
}

const hubId = /^(\w[\w.-]*\/\w[\w.-]*)(?:@([\w./-]+))?$/;

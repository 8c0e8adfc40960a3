import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import type { ModelFiles } from './model-files.ts';
import { modelFolder } from './model-folder.ts';
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
  const [, owner, name, revision] = /^(?:([\w.-]+)\/)?([\w.-]+)(?:@([\w./-]+))?$/.exec(id) ?? [];
  if (!name || name.startsWith('.')) {
    throw new ChelatedError(
      'not_found',
      `no model is called ${JSON.stringify(id)}; expected a model folder or a hub id, owner/name`,
    );
  }
  return modelHub(`${owner ?? config.onnxEncoder.hubOwner}/${name}`, revision ? { revision } : {});
}

/** Whether the folder holds a transformer: every one of the hub's layout has a config.json. */
export async function isModelFolder(folder: string): Promise<boolean> {
  return stat(join(folder, 'config.json')).then(
    (found) => found.isFile(),
    () => false,
  );
}

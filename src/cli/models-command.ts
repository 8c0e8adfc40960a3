import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describeModel, type ModelDescription } from '../encode/onnx/describe-model.ts';
import { findModel } from '../encode/onnx/find-model.ts';
import { isModelFolder } from '../encode/onnx/model-folder.ts';
import { ChelatedError } from '../errors.ts';
import { describeDevice } from '../onnx/describe-device.ts';
import { options } from './options.ts';
import { columns, print } from './print.ts';

/** `chelated models`: what transformers give, by folder, name or hub id. */
export function modelsCommand(program: Command): void {
  program
    .command('models')
    .description(
      'show what models give: width, length, pooling, weights and their size, licence; and the device they would run on',
    )
    .argument(
      '[ID...]',
      'model folder, name of one below CHELATED_MODELS, or hub id (default: all below CHELATED_MODELS)',
    )
    .addOption(options.device())
    .addOption(options.json())
    .addHelpText('after', '\nExample:\n  chelated models all-MiniLM-L6-v2')
    .action(async (given: string[], { json = false }: { json?: boolean }) => {
      const ids = given.length > 0 ? given : await namesBelow(process.env.CHELATED_MODELS);
      const models: ModelDescription[] = [];
      for (const id of ids) models.push(await describeModel(await findModel(id)));
      const device = await describeDevice();
      const place = device.fallback
        ? `${device.device}: ${device.fallback.message}`
        : `${device.device} ${device.name}`;
      print(json, { models, device }, () => [...models.map(table), columns([['device', place]])].join('\n\n'));
    });
}

function table(model: ModelDescription): string {
  const { id, revision, type, dims, maxTokens, pooling, poolingAssumed, prompts, weights, licence } = model;
  return columns([
    ['model', revision === null ? id : `${id} at ${revision}`],
    ['type', type],
    ['dims', dims],
    ['tokens', `${maxTokens}, special ones included`],
    ['pooling', poolingAssumed ? `${pooling} (assumed: its files do not say)` : pooling],
    ...Object.entries(prompts).flatMap(([role, prompt]) =>
      prompt === '' ? [] : [[`${role} prompt`, JSON.stringify(prompt)] as const],
    ),
    ...weights.map(({ dtype, path, bytes }) => [dtype, `${(bytes / 1e6).toFixed(1)} MB  ${path}`] as const),
    ['licence', licence ?? 'not stated'],
  ]);
}

async function namesBelow(folder: string | undefined): Promise<string[]> {
  if (!folder) throw new ChelatedError('invalid_input', 'name a model, or set CHELATED_MODELS to a folder of models');
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new ChelatedError('not_found', `CHELATED_MODELS: ${folder} cannot be read`, { cause });
  });
  const models = await Promise.all(
    names.sort().map(async (name) => ((await isModelFolder(join(folder, name))) ? [name] : [])),
  );
  if (models.every((found) => found.length === 0))
    throw new ChelatedError('not_found', `${folder} holds no model folder`);
  return models.flat();
}

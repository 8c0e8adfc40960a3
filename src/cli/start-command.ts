import type { Command } from 'commander';
import { gateLine } from '../adapter/gate-line.ts';
import { config } from '../config.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import { Engine } from '../engine/engine.ts';
import { ChelatedError } from '../errors.ts';
import { createApp } from '../http/create-app.ts';
import { loadKernels } from '../kernels/load.ts';
import { serve } from '../runtime/serve.ts';
import { exampleRequests } from './example-requests.ts';
import { options } from './options.ts';
import { progress } from './progress.ts';
import { openSample } from './sample.ts';
import { sampleAdapter } from './sample-adapter.ts';
import { sampleReport } from './sample-report.ts';
import { stopSignal } from './stop-signal.ts';

interface StartOptions {
  readonly host: string;
  readonly port: number;
  readonly data: string;
}

/** `chelated start`: the correction endpoint on the shipped student and sample. */
export function startCommand(program: Command): void {
  program
    .command('start')
    .description('serve the shipped student, corrected by an adapter that the first start distils from the sample')
    .addOption(options.host())
    .addOption(options.port())
    .option('--data <DIR>', 'where the adapter is kept', config.dataDirectory)
    .addHelpText('after', '\nExample:\n  chelated start --port 8788')
    .action(start);
}

async function start({ host, port, data }: StartOptions): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const display = progress();
  const kernels = await loadKernels();
  const student = await openEncoder(config.student, { kernels });
  const sample = await openSample(kernels);
  const engine = await Engine.open({
    encoder: student,
    kernels,
    words: true,
    onEvent: (event) => {
      if (event.type === 'fallback') {
        display.note(`chelated: generation ${event.from} failed, ${event.to} answered: ${event.reason}`);
      }
    },
  });
  await engine.collection().upsert(sample.dataset.documents);
  // The port before the work: that it is taken should not be learned after a minute.
  const app = createApp({ engine, onFault: (error) => console.error('chelated:', error) });
  const server = await serve(app, { host, port });
  try {
    await adoptSample();
  } catch (error) {
    if (!(error instanceof ChelatedError) || error.code !== 'gate_refused') {
      await server.close();
      throw error;
    }
    display.note(`chelated: ${error.message}; serving the student as it is`);
  }
  const stopped = stopSignal();
  say(
    `\nchelated serves ${sample.dataset.documents.length} documents on ${server.url}\n\n${exampleRequests(server.url, sample.dataset)}`,
  );
  await stopped;
  await server.close();
  await engine.close();
  // A client that never ended its request would keep the process under Deno.
  process.exit();

  async function adoptSample() {
    const { adapter, path, file, isNew } = await sampleAdapter({ data, sample, student, kernels, display });
    if (isNew) {
      say(await sampleReport({ sample, student, adapter, adapterBytes: file.length, kernels }));
      if (adapter.card.gate) say(gateLine(adapter.card.gate));
    } else say(`adapter ${path}, distilled before; remove it to distil again`);
    await adapter.dispose();
    await engine.collection().adopt(file);
  }
}

import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { pino } from 'pino';
import { loadAdapter } from '../adapter/load-adapter.ts';
import { config } from '../config.ts';
import type { AlphaSchedule } from '../distil/alpha-schedule.ts';
import { batchingEncoder } from '../encode/batching-encoder.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import { batchingAdapter } from '../engine/batching-adapter.ts';
import { Engine } from '../engine/engine.ts';
import { type AskedServing, askedServings } from '../engine/serving-of.ts';
import { workerDistiller } from '../engine/worker-distiller.ts';
import { ChelatedError } from '../errors.ts';
import type { Keys } from '../http/access.ts';
import { createApp } from '../http/create-app.ts';
import { isLoopback } from '../http/peer.ts';
import { loadKernels } from '../kernels/load.ts';
import { onDeviceFallback } from '../onnx/device.ts';
import { serve } from '../runtime/serve.ts';
import { type Mode, modes } from '../store/store.ts';
import { openStore } from './open-store.ts';
import { options } from './options.ts';
import { parseCurriculum } from './parse-curriculum.ts';
import { stopSignal } from './stop-signal.ts';

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly data?: string;
  readonly student: string;
  readonly teacher?: string;
  readonly mode?: Mode;
  readonly alpha: number;
  readonly curriculum?: AlphaSchedule;
  readonly serving: AskedServing;
  readonly adapter?: string;
  readonly proxy?: string;
  readonly model?: string;
  readonly keyUse: string;
  readonly keyAdmin: string;
  readonly origin?: readonly string[];
  readonly words?: true;
  readonly acceptTokenIds?: true;
}

/** `chelated serve`: the endpoint on a student, a teacher and documents of one's own. */
export function serveCommand(program: Command): void {
  program
    .command('serve')
    .description('serve corrected embeddings and searches, and learn from them')
    .addOption(options.host())
    .addOption(options.port())
    .option('--data <DIR>', 'where documents and adapters are kept (default: in memory, gone with the process)')
    .addOption(options.student())
    .option('--teacher <ID>', 'encoder that teaches: any that --student takes, a model folder, or openai:MODEL')
    .addOption(new Option('--mode <MODE>', 'of a new collection (default: offline with a teacher)').choices(modes))
    .addOption(options.alpha())
    .addOption(
      new Option(
        '--curriculum <FROM,TO,CYCLES,SHAPE>',
        'of a new collection in mode hybrid, in place of --alpha: teacher weight over cycles, as 0.9,0.1,20,cosine',
      )
        .argParser(parseCurriculum)
        .conflicts('alpha'),
    )
    .addOption(
      new Option(
        '--serving <SERVING>',
        'documents that are searched: corrected (symmetric), the teacher’s (asymmetric), their mean (mixed), or as advised',
      )
        .choices(askedServings)
        .default(config.engine.serving),
    )
    .addOption(options.device())
    .option('--adapter <FILE>', 'adapter that a collection without one begins with')
    .option('--words', 'index the words of documents too, so that searches may be fused with BM25')
    .option('--proxy <URL>', 'stand before an OpenAI-compatible server, as http://localhost:8080/v1; needs --model')
    .option('--model <NAME>', 'model that the server behind --proxy is asked for')
    .option('--key-use <VARIABLE>', 'environment variable with the keys that may use, by commas', config.cli.keyUse)
    .option('--key-admin <VARIABLE>', 'environment variable with the keys that may change', config.cli.keyAdmin)
    .option('--accept-token-ids', 'take token ids as the student’s own; clients send another tokenizer’s')
    .option('--origin <ORIGIN...>', 'pages of these origins may call this server')
    .addHelpText('after', '\nExample:\n  chelated serve --data ./data --teacher all-MiniLM-L6-v2')
    .action(serveEngine);
}

async function serveEngine(given: ServeOptions): Promise<void> {
  const { host, port, mode, teacher } = given;
  const keys = { use: keysIn(given.keyUse), admin: keysIn(given.keyAdmin) };
  checkListening(host, keys);
  const student = studentOf(given);
  const log = pino({ base: null });
  onDeviceFallback((fallback) => log.info(fallback, 'device'));
  const opening = open();
  const app = createApp({
    engine: opening,
    keys,
    origins: given.origin ?? [],
    models: given.model === undefined ? [] : [given.model],
    acceptTokenIds: given.acceptTokenIds ?? false,
    log: (entry) => log.info(entry, 'request'),
    onFault: (error) => log.error(error),
  });
  // The port before the work: that it is taken should not be learned after a minute, and who waits may ask /ready.
  const server = await serve(app, { host, port }).catch(async (error: unknown) => {
    await opening.then((engine) => engine.close()).catch(() => {});
    throw error;
  });
  log.info({ url: server.url }, 'listening');
  const stopped = stopSignal();
  let engine: Engine;
  try {
    engine = await opening;
  } catch (error) {
    await server.close();
    throw error;
  }
  log.info({ student: engine.encoder.id, collections: engine.names.length }, 'ready');
  await stopped;
  log.info('closing: what was accepted is finished');
  await server.close();
  await engine.close();
  // A client that never ended its request would keep the process under Deno.
  process.exit();

  async function open(): Promise<Engine> {
    const kernels = await loadKernels({
      threads: 'cores',
      onFallback: (reason) => log.warn({ type: 'fallback', reason }, 'event'),
    });
    const encoder = batchingEncoder(await openEncoder(student, { kernels }));
    const opened = await Engine.open({
      encoder,
      kernels,
      openAdapter: async (file) => batchingAdapter(await loadAdapter(file, { encoder, kernels })),
      store: await openStore(given.data),
      distiller: workerDistiller({ student }),
      alpha: given.curriculum ?? given.alpha,
      serving: given.serving,
      words: given.words ?? false,
      ...(mode && { mode }),
      ...(teacher !== undefined && { teacher }),
      onEvent: ({ type, ...event }) => {
        if (type !== 'cycle-progress') log.info({ type, ...event }, 'event');
      },
    });
    if (given.adapter !== undefined && (await opened.collection().generations()).length === 1) {
      await opened
        .collection()
        .adopt(await readFile(given.adapter), { reason: `brought by --adapter ${given.adapter}` });
    }
    return opened;
  }
}

/** @throws {ChelatedError} invalid_input */
function studentOf({ proxy, model, student }: ServeOptions): string {
  if (proxy === undefined) return student;
  if (model === undefined) {
    throw new ChelatedError(
      'invalid_input',
      '--proxy needs --model: the name of the model that the server behind it is asked for',
    );
  }
  return `openai:${model}@${proxy}`;
}

/** The keys in an environment variable: on a command line everybody on the machine could read them. */
function keysIn(variable: string): readonly string[] {
  return (process.env[variable] ?? '').split(',').flatMap((key) => (key.trim() === '' ? [] : [key.trim()]));
}

/** @throws {ChelatedError} invalid_input where others could reach a server without keys */
export function checkListening(host: string, { use = [], admin = [] }: Keys): void {
  if (use.length + admin.length > 0 || isLoopback(host)) return;
  throw new ChelatedError(
    'invalid_input',
    `${host} can be reached from elsewhere and there are no keys; set ${config.cli.keyUse} and ${config.cli.keyAdmin}, or listen on localhost`,
  );
}

import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import { fingerprint } from '../../fingerprint.ts';
import { type Device, noteDeviceFallback } from '../../onnx/device.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { documentOrder } from './document-order.ts';
import { initialParameters, type Parameters } from './network.ts';
import { checkTrainData, inputsOf, type TrainData } from './train-data.ts';
import { checkTrainOptions, type TrainOptions } from './train-options.ts';
import { areFinite, type Best, type TrainNumbers, type TrainState, zeros } from './train-state.ts';
import { openTrainer, type Trainer, type TrainerSettings } from './trainer.ts';

export interface Trained {
  /** The best on held-out documents; the last epoch's where there are none. */
  readonly parameters: Parameters;
  readonly steps: number;
  /** Epochs behind these parameters; 0 is the untrained adapter. */
  readonly bestEpoch: number;
  /** Of these parameters, where there are held-out documents. */
  readonly heldOutLoss: number | null;
  /** epochs: all were run. held-out: their loss no longer fell. not_finite: a loss or a parameter was no finite number. */
  readonly stopped: 'epochs' | 'held-out' | 'not_finite';
  /** Where the last step ran. */
  readonly device: Device;
}

/**
 * Trains f in y = base + f(x) (see `trainingGraph`) on mini-batches of shuffled documents; every step is one run of one
 * ONNX graph. The same data, options and seed give the same bytes, also across a checkpoint and `resume`.
 *
 * @throws {ChelatedError} shape_mismatch, not_finite, invalid_input, too_few_documents (none to train on), backend_failed
 */
export async function train(data: TrainData, options: TrainOptions): Promise<Trained> {
  const { network, objective } = options;
  checkTrainOptions(options);
  checkTrainData(data, network, objective);
  const rows = trainedRows(data.X.rows, options.heldOut);
  const batch = Math.min(options.batch, rows.length);
  const perEpoch = Math.ceil(rows.length / batch);
  const id = await runFingerprint(data, options);
  const resumed = options.resume ? readCheckpoint(options.resume, network, id) : null;
  const settings = { ...options, batch, inputs: inputsOf(data, objective), steps: perEpoch * options.epochs };
  return runAnywhere(settings, { options, rows, batch, perEpoch, id, reached: resumed });
}

interface Run {
  readonly options: TrainOptions;
  readonly rows: Uint32Array;
  readonly batch: number;
  readonly perEpoch: number;
  readonly id: string;
  /** The last state that was read, to go on from; null before the first. */
  reached: TrainState | null;
}

/** All of a run: where its GPU is lost, it goes on on wasm from the last state that was read. */
async function runAnywhere(settings: TrainerSettings, run: Run): Promise<Trained> {
  const trainer = await openTrainer(settings, run.reached ?? startOf(run.options));
  try {
    run.reached ??= await begin(trainer, run.options);
    return await runSteps(trainer, run, run.reached);
  } catch (error) {
    if (!(error instanceof ChelatedError && error.code === 'device_lost')) throw error;
    const from = `training goes on on wasm from step ${run.reached?.step ?? 0}`;
    noteDeviceFallback({ reason: 'device_lost', message: `${error.message.split(';')[0]}; ${from}` });
  } finally {
    await trainer.dispose();
  }
  return runAnywhere({ ...settings, device: 'wasm' }, run);
}

function startOf({ network, seed, projection, start }: TrainOptions): TrainNumbers {
  const parameters = start ?? initialParameters(network, seed, projection ?? null);
  return { parameters, means: zeros(parameters), variances: zeros(parameters) };
}

async function begin(trainer: Trainer, options: TrainOptions): Promise<TrainState> {
  const numbers = startOf(options);
  const loss = options.heldOut.length > 0 ? await trainer.loss(options.heldOut) : null;
  return { step: 0, ...numbers, best: { epoch: 0, loss, parameters: numbers.parameters } };
}

async function runSteps(trainer: Trainer, run: Run, start: TrainState): Promise<Trained> {
  const { options, rows, batch, perEpoch } = run;
  const { epochs, stopAfter = epochs, patience, seed, signal } = options;
  const last = perEpoch * Math.min(stopAfter, epochs);
  const orders = new Map<number, Uint32Array>();
  let { step, best } = start;
  let loss = Number.NaN;
  let breathed = performance.now();
  const end = (stopped: Trained['stopped']) => trained(trainer.device, step, best, stopped);
  while (step < last) {
    signal?.throwIfAborted();
    const epoch = Math.floor(step / perEpoch);
    if (epoch - best.epoch >= patience) return end('held-out');
    const order = orders.get(epoch) ?? documentOrder(rows, seed, epoch);
    orders.clear();
    orders.set(epoch, order);
    const at = (step % perEpoch) * batch;
    const isEnd = (step + 1) % perEpoch === 0;
    const wantsLoss = isEnd || trainer.device === 'wasm' || (step - start.step) % config.device.lossSteps === 0;
    loss = (await trainer.step(step + 1, order.subarray(at, at + batch), wantsLoss)) ?? loss;
    const judged = Number.isFinite(loss) ? await judge(trainer, run, step + 1, best) : null;
    if (judged === null) return end('not_finite');
    step++;
    best = judged.best;
    options.onProgress?.({
      ...{ step, steps: perEpoch * epochs, epoch: step / perEpoch, epochs, loss },
      heldOutLoss: judged.heldOutLoss,
    });
    await keep(run, step, judged);
    if (performance.now() - breathed > config.train.breath) {
      await new Promise((resolve) => setTimeout(resolve));
      breathed = performance.now();
    }
  }
  return end('epochs');
}

interface Judged {
  readonly best: Best;
  readonly heldOutLoss: number | null;
  /** The state's numbers where they were read. */
  readonly numbers: TrainNumbers | null;
}

/** The judgement at the end of an epoch; null when a number was not finite. Numbers are read then, and for a checkpoint. */
async function judge(trainer: Trainer, run: Run, step: number, best: Best): Promise<Judged | null> {
  const { options, perEpoch } = run;
  const isEnd = step % perEpoch === 0;
  if (!isEnd) return { best, heldOutLoss: null, numbers: isCheckpoint(run, step) ? await trainer.read() : null };
  const { heldOut } = options;
  const heldOutLoss = heldOut.length > 0 ? await trainer.loss(heldOut) : null;
  const numbers = await trainer.read();
  if (!(areFinite(numbers.parameters) && Number.isFinite(heldOutLoss ?? 0))) return null;
  const isBest = heldOutLoss === null || heldOutLoss < (best.loss ?? Infinity);
  const reached = isBest ? { epoch: step / perEpoch, loss: heldOutLoss, parameters: numbers.parameters } : best;
  return { best: reached, heldOutLoss, numbers };
}

async function keep(run: Run, step: number, { best, numbers }: Judged): Promise<void> {
  if (!numbers) return;
  run.reached = { step, ...numbers, best };
  if (isCheckpoint(run, step)) await run.options.onCheckpoint?.(writeCheckpoint(run.reached, run.id));
}

function isCheckpoint({ options, perEpoch }: Run, step: number): boolean {
  return options.onCheckpoint !== undefined && step % (options.checkpointSteps ?? perEpoch) === 0;
}

function trained(device: Device, steps: number, best: Best, stopped: Trained['stopped']): Trained {
  return { parameters: best.parameters, steps, bestEpoch: best.epoch, heldOutLoss: best.loss, stopped, device };
}

/** The rows that are not held out, ascending. */
export function trainedRows(count: number, heldOut: Uint32Array): Uint32Array {
  const kept = new Set(heldOut);
  const rows = Uint32Array.from({ length: count }, (_, i) => i).filter((i) => !kept.has(i));
  if (rows.length > 0) return rows;
  throw new ChelatedError(
    'too_few_documents',
    `${count} documents with ${heldOut.length} held out leave none to train on`,
  );
}

/** Of everything that decides the numbers of a run. */
function runFingerprint(data: TrainData, options: TrainOptions): Promise<string> {
  const { network, objective, heldOut, seed, batch, epochs, learningRate, weightDecay, patience, projection } = options;
  const start = Object.values(options.start ?? {});
  const settings = { network, objective, seed, batch, epochs, learningRate, weightDecay, patience };
  const matrices = [...Object.values(inputsOf(data, objective)), ...(projection ? [projection] : []), ...start];
  return fingerprint(JSON.stringify({ settings, adam: config.train }), heldOut, ...matrices.map(({ data }) => data));
}

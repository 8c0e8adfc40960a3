import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import { fingerprint } from '../../fingerprint.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { documentOrder } from './document-order.ts';
import { initialParameters, type Parameters } from './network.ts';
import { checkTrainData, inputsOf, type TrainData } from './train-data.ts';
import { checkTrainOptions, type TrainOptions } from './train-options.ts';
import { allFinite, type TrainState, zeros } from './train-state.ts';
import { openTrainer, type Trainer } from './trainer.ts';

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

  const inputs = inputsOf(data, objective);
  const trainer = await openTrainer({ ...options, batch, inputs, steps: perEpoch * options.epochs });
  try {
    const run: Run = { trainer, options, rows, batch, perEpoch, id };
    return await runSteps(run, resumed ?? (await begin(run)));
  } finally {
    await trainer.dispose();
  }
}

interface Run {
  readonly trainer: Trainer;
  readonly options: TrainOptions;
  readonly rows: Uint32Array;
  readonly batch: number;
  readonly perEpoch: number;
  readonly id: string;
}

async function begin({ trainer, options }: Run): Promise<TrainState> {
  const { network, seed, heldOut, projection, start } = options;
  const parameters = start ?? initialParameters(network, seed, projection ?? null);
  const loss = heldOut.length > 0 ? await trainer.loss(parameters, heldOut) : null;
  const [means, variances] = [zeros(parameters), zeros(parameters)];
  return { step: 0, parameters, means, variances, best: { epoch: 0, loss, parameters } };
}

async function runSteps(run: Run, start: TrainState): Promise<Trained> {
  const { options, rows, perEpoch } = run;
  const { epochs, stopAfter = epochs, patience, seed, signal } = options;
  const last = perEpoch * Math.min(stopAfter, epochs);
  const orders = new Map<number, Uint32Array>();
  let state = start;
  let breathed = performance.now();
  while (state.step < last) {
    signal?.throwIfAborted();
    const epoch = Math.floor(state.step / perEpoch);
    if (epoch - state.best.epoch >= patience) return trained(state, 'held-out');
    const order = orders.get(epoch) ?? documentOrder(rows, seed, epoch);
    orders.clear();
    orders.set(epoch, order);
    const next = await advance(run, state, order);
    if (next === null) return trained(state, 'not_finite');
    state = next;
    if (performance.now() - breathed > config.train.breath) {
      await new Promise((resolve) => setTimeout(resolve));
      breathed = performance.now();
    }
  }
  return trained(state, 'epochs');
}

/** One step; at the end of an epoch the judgement too. Null when a number was not finite. */
async function advance({ trainer, options, batch, perEpoch, id }: Run, state: TrainState, order: Uint32Array) {
  const { epochs, heldOut } = options;
  const at = (state.step % perEpoch) * batch;
  const { next, loss } = await trainer.step(state, order.subarray(at, at + batch));
  if (!Number.isFinite(loss)) return null;
  const epoch = next.step / perEpoch;
  const isEnd = Number.isInteger(epoch);
  const heldOutLoss = isEnd && heldOut.length > 0 ? await trainer.loss(next.parameters, heldOut) : null;
  if (isEnd && !(allFinite(next.parameters) && Number.isFinite(heldOutLoss ?? 0))) return null;
  const isBest = isEnd && (heldOutLoss === null || heldOutLoss < (next.best.loss ?? Infinity));
  const reached = isBest ? { ...next, best: { epoch, loss: heldOutLoss, parameters: next.parameters } } : next;

  options.onProgress?.({ step: next.step, steps: perEpoch * epochs, epoch, epochs, loss, heldOutLoss });
  if (options.onCheckpoint && next.step % (options.checkpointSteps ?? perEpoch) === 0) {
    await options.onCheckpoint(writeCheckpoint(reached, id));
  }
  return reached;
}

function trained({ step, best }: TrainState, stopped: Trained['stopped']): Trained {
  return { parameters: best.parameters, steps: step, bestEpoch: best.epoch, heldOutLoss: best.loss, stopped };
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

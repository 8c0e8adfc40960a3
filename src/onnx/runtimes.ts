import { ChelatedError } from '../errors.ts';
import { Mutex } from '../mutex.ts';
import { attempt } from './attempt.ts';
import { type Device, type DeviceChoice, type DeviceFallback, noteDeviceFallback } from './device.ts';
import { isNodeLike } from './node-like.ts';
import { type Gpu, openGpu } from './open-gpu.ts';
import { probeGpu } from './probe-gpu.ts';
import { type Runtime, RuntimeCopy } from './runtime-copy.ts';

// One copy of onnxruntime a thread. Its build with WebGPU (the entry /webgpu, the only one that has it outside of pages) is
// twice as large and has one thread outside of pages; so it is loaded where a GPU will be used, and then runs everything,
// and the other build where none will. A copy whose GPU was lost cannot be trusted with anything and is left behind.

export interface Place {
  readonly copy: RuntimeCopy;
  readonly device: Device;
}

export interface PlaceWanted {
  readonly device: DeviceChoice;
  readonly threads: number;
  /** Whether the graph computes in f16. */
  readonly f16: boolean;
}

let current: RuntimeCopy | undefined;
/** Why no GPU was opened here; it is not asked again. */
let refused: DeviceFallback | undefined;
const choices = new Mutex();

/**
 * Where a graph is to run.
 *
 * @throws {ChelatedError} not_supported when a GPU was asked for and there is none that can, backend_failed
 */
export function findPlace(wanted: PlaceWanted): Promise<Place> {
  return choices.run(() => choose(wanted));
}

async function choose({ device, threads, f16 }: PlaceWanted): Promise<Place> {
  if (device !== 'wasm') {
    const found = await gpuCopy(device === 'webgpu');
    const gpu = found instanceof RuntimeCopy ? found.gpu : null;
    const fallback = found instanceof RuntimeCopy ? unfit(found.gpu!, device, f16) : found;
    if (!fallback && gpu) return { copy: found as RuntimeCopy, device: 'webgpu' };
    if (device === 'webgpu') {
      throw new ChelatedError('not_supported', `device webgpu: ${fallback!.message}; use auto or wasm`);
    }
    noteDeviceFallback(fallback!);
  }
  if (!current || current.lost) current = new RuntimeCopy(await loadPlain(threads), null);
  return { copy: current, device: 'wasm' };
}

function unfit({ name, isSoftware, hasF16 }: Gpu, device: DeviceChoice, f16: boolean): DeviceFallback | null {
  if (isSoftware && device === 'auto') {
    return { reason: 'software', message: `${name} is a processor that plays a GPU, and slower than wasm` };
  }
  if (f16 && !hasF16) {
    return { reason: 'no_f16', message: `the model computes in f16, which ${name} cannot; take its fp32 weights` };
  }
  return null;
}

/** The copy that has a GPU, or why there is none. `auto` does not load it for a GPU that it would not take. */
async function gpuCopy(isAskedFor: boolean): Promise<RuntimeCopy | DeviceFallback> {
  if (current?.lost) return current.lost;
  if (current?.gpu) return current;
  if (current) {
    // Loaded for wasm because there is no GPU to take: that is the reason, whichever graph it is.
    if (refused && !isAskedFor) return refused;
    return {
      reason: 'already_loaded',
      message: 'onnxruntime was loaded for wasm here; name the device before the first model',
    };
  }
  // Asked for by name, more is tried, and more is taken.
  if (refused && !(isAskedFor && (refused.reason === 'software' || refused.reason === 'no_webgpu'))) return refused;
  const gpu = await openGpu(isAskedFor);
  if ('reason' in gpu) return (refused = gpu);
  const isTaken = isAskedFor || !gpu.isSoftware;
  if (!isTaken) {
    gpu.device.destroy();
    return (refused = unfit(gpu, 'auto', false)!);
  }
  const copy = new RuntimeCopy(await attempt('onnxruntime-web cannot be loaded', () => loadWebGpu(gpu)), gpu);
  const wrong = await probeGpu(copy);
  if (wrong) {
    gpu.device.destroy();
    return (refused = wrong);
  }
  return (current = copy);
}

async function loadWebGpu({ adapter }: Gpu): Promise<Runtime> {
  const runtime = await import('onnxruntime-web/webgpu');
  // Outside of pages this build starts its threads in a way that hangs or fails.
  runtime.env.wasm.numThreads = 1;
  runtime.env.webgpu.adapter = adapter;
  return runtime;
}

function loadPlain(threads: number): Promise<Runtime> {
  return attempt('onnxruntime-web cannot be loaded', async () => {
    // Outside of pages only the main entry starts its threads, and in pages it carries more than wasm.
    const runtime: Runtime = isNodeLike() ? await import('onnxruntime-web') : await import('onnxruntime-web/wasm');
    const canShare = isNodeLike() || globalThis.crossOriginIsolated;
    runtime.env.wasm.numThreads = canShare ? threads : 1;
    return runtime;
  });
}

import { config } from '../config.ts';

/** What a user asks for: auto takes a GPU that was tried and is right, and else wasm. */
export const deviceChoices = ['auto', 'webgpu', 'wasm'] as const;
export type DeviceChoice = (typeof deviceChoices)[number];

/** Where a graph runs. */
export type Device = 'webgpu' | 'wasm';

/** Why a graph does not run where it could. Closed, so that it can be a label of a metric. */
export type FallbackReason =
  | 'no_webgpu' // this runtime has none
  | 'no_adapter' // there is no GPU, or no driver for it
  | 'software' // a processor that plays a GPU: slower than wasm
  | 'limits' // too small a device
  | 'no_f16' // the model's numbers are f16, which the device does not compute with
  | 'wrong_result' // it did not give the known answer
  | 'already_loaded' // onnxruntime runs here without WebGPU already
  | 'device_lost'; // it went away, or failed, in the middle of the work

/** One step down from a GPU to wasm. */
export interface DeviceFallback {
  readonly reason: FallbackReason;
  readonly message: string;
}

type Listener = (fallback: DeviceFallback) => void;

let choice: DeviceChoice = config.device.choice;
const counts = new Map<FallbackReason, number>();
const listeners = new Set<Listener>();

/**
 * Says for all of this thread where graphs run that are opened without a device of their own. Onnxruntime is loaded once, by
 * the first of them, with WebGPU or without: say it before.
 *
 * @example
 * import { onDeviceFallback, useDevice } from 'chelated';
 * useDevice('auto');
 * const stop = onDeviceFallback(({ reason, message }) => console.error(`on wasm (${reason}): ${message}`));
 * stop();
 */
export function useDevice(wanted: DeviceChoice): void {
  choice = wanted;
}

/** What `useDevice` was told last. */
export function wantedDevice(): DeviceChoice {
  return choice;
}

/** Hears of every step down from now on, until what it returns is called. */
export function onDeviceFallback(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How often this thread, and those it was told of, stepped down, by reason. */
export function deviceFallbacks(): ReadonlyMap<FallbackReason, number> {
  return counts;
}

/** Counts a step down and tells whoever listens. */
export function noteDeviceFallback(fallback: DeviceFallback): void {
  counts.set(fallback.reason, (counts.get(fallback.reason) ?? 0) + 1);
  for (const listener of listeners) listener(fallback);
}

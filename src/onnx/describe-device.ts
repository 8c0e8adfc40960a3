import { type Device, type DeviceFallback, onDeviceFallback, wantedDevice } from './device.ts';
import { findPlace } from './runtimes.ts';

export interface DeviceDescription {
  readonly device: Device;
  /** The GPU's, as its driver calls it. */
  readonly name: string | null;
  /** Why it is not a GPU, where one was wanted. */
  readonly fallback: DeviceFallback | null;
}

/**
 * Where graphs run here, tried and not guessed.
 *
 * @throws {ChelatedError} not_supported when a GPU was asked for by name and there is none that can
 */
export async function describeDevice(): Promise<DeviceDescription> {
  let fallback: DeviceFallback | null = null;
  const stop = onDeviceFallback((heard) => {
    fallback = heard;
  });
  try {
    const { device, copy } = await findPlace({ device: wantedDevice(), threads: 1, f16: false });
    return { device, name: device === 'webgpu' ? copy.gpu!.name : null, fallback };
  } finally {
    stop();
  }
}

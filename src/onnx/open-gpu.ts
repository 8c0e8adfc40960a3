import { config } from '../config.ts';
import type { DeviceFallback } from './device.ts';
import { isNodeLike } from './node-like.ts';
import { webGpu } from './web-gpu.ts';

/** A GPU that this process holds. */
export interface Gpu {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  /** As its driver calls it. */
  readonly name: string;
  /** A processor that plays a GPU. */
  readonly isSoftware: boolean;
  readonly hasF16: boolean;
}

const wantedFeatures = ['shader-f16', 'subgroups'] as const satisfies readonly GPUFeatureName[];

/**
 * The GPU of this machine through WebGPU: the runtime's own, or on Node and Bun, where a GPU `isAskedFor` by name, that of
 * the package `webgpu`. What is missing is said, not thrown.
 */
export async function openGpu(isAskedFor: boolean): Promise<Gpu | DeviceFallback> {
  const gpu = await webGpu(isAskedFor);
  if (!gpu) {
    const hint = isNodeLike() ? '; on Node and Bun, install the package webgpu and ask for device webgpu' : '';
    return { reason: 'no_webgpu', message: `this runtime has no WebGPU${hint}` };
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) return { reason: 'no_adapter', message: 'WebGPU finds no GPU here, or no driver for it' };
  const { info, limits, features } = adapter;
  const name = [info.description, info.device, info.architecture, info.vendor].find((part) => part) ?? 'unnamed';
  for (const [limit, least] of Object.entries(config.device.limits)) {
    const given = limits[limit as keyof typeof config.device.limits];
    if (given < least) return { reason: 'limits', message: `${name} has ${limit} ${given}, expected ${least} or more` };
  }
  try {
    const device = await adapter.requestDevice({
      requiredFeatures: wantedFeatures.filter((feature) => features.has(feature)),
      requiredLimits: Object.fromEntries(wantedLimits.map((limit) => [limit, limits[limit]])),
    });
    const isSoftware = info.isFallbackAdapter || softwareNames.test(Object.values(namesOf(info)).join(' '));
    return { adapter, device, name, isSoftware, hasF16: features.has('shader-f16') };
  } catch (error) {
    return { reason: 'no_adapter', message: `${name} gives no device: ${(error as Error).message}` };
  }
}

/** Whole buffers and workgroups of the GPU, not the least that WebGPU promises. */
const wantedLimits = [
  ...(Object.keys(config.device.limits) as (keyof typeof config.device.limits)[]),
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
] as const;

const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

const namesOf = ({ vendor, architecture, device, description }: GPUAdapterInfo) => ({
  vendor,
  architecture,
  device,
  description,
});

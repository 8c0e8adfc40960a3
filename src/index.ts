// The public API. Nothing here touches a file system before it is called, so that it loads in browsers and on edges.
export * from './adapter/index.ts';
export { config } from './config.ts';
export * from './distil/index.ts';
export * from './encode/index.ts';
export * from './engine/index.ts';
export { ChelatedError, type ErrorCode, errorCodes } from './errors.ts';
export * from './evaluate/index.ts';
export * from './http/index.ts';
export * from './hubness/index.ts';
export * from './kernels/index.ts';
export * from './labelled/index.ts';
export { type Matrix, matrix, row } from './matrix.ts';
export {
  type Device,
  type DeviceChoice,
  type DeviceFallback,
  deviceFallbacks,
  onDeviceFallback,
  useDevice,
} from './onnx/device.ts';
export * from './store/index.ts';
export { type TokenBags, tokenBags } from './token-bags.ts';

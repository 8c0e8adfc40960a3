export { heap_base, memory_grow } from '../abi';

/** Raised by one whenever a signature, a meaning or an id changes. */
export function abi_version(): i32 {
  return 1;
}

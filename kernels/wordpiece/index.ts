// What the module exports. The table in ../README.md is checked against it by a test.
export { abi_version, heap_base, memory_grow } from './abi';
export { wordpiece_encode } from './encode';
export { wordpiece_bytes, wordpiece_open } from './vocabulary';

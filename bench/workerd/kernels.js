// The kernels alone: loaded and checked, then one vector made a unit vector.
import module from 'chelated/kernels.wasm';
import { loadKernels } from '../../src/kernels/load.ts';

export default {
  async fetch() {
    const kernels = await loadKernels(module);
    const { data } = kernels.normalize({ rows: 1, dims: 2, data: new Float32Array([3, 4]) });
    return Response.json(Array.from(data));
  },
};

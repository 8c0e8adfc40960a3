package chelated;

/** A resident map, stored transposed: a row an output. */
record Linear(int at, int dOut, int dIn) {
    /** Null where the file has none. */
    static Linear take(Instance kernels, HostFile file, String name, int dOut, int dIn) {
        HostFile.Section section = file.take(name, HostFile.Type.F32, dOut, dIn);
        return section == null ? null : new Linear(kernels.keep(section.bytes()), section.rows(), dIn);
    }

    static Linear demand(Instance kernels, HostFile file, String name, int dOut, int dIn) {
        Linear found = take(kernels, file, name, dOut, dIn);
        if (found == null) throw ChelatedException.corrupt("no section " + name);
        return found;
    }

    /** x·map. */
    Matrix apply(Instance kernels, Matrix x) {
        int n = x.rows();
        Matrix y = Matrix.zeros(n, dOut);
        int packing = n > 1 ? kernels.call("gemm_scratch_bytes") : 0;
        int[] places = kernels.scratch(4L * x.data().length, 4L * y.data().length, packing);
        kernels.write(places[0], Numbers.bytes(x.data()));
        if (n == 1) {
            kernels.call("gemv_f32", at, places[0], places[1], dOut, dIn);
        } else {
            kernels.call("gemm_f32", places[0], dIn, 1, at, 1, dIn, places[1], n, dOut, dIn, 0, places[2]);
        }
        kernels.read(places[1], y);
        return y;
    }
}

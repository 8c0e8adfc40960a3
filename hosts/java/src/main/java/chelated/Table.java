package chelated;

/** Rows in the memory of the kernels: f32, or int8 with scales. */
record Table(int at, Integer scales, int rows, int dims) {
    /** int8 rows where there are scales, else f32. */
    static Table keep(Instance kernels, HostFile file, String rowsName, String scalesName, int count, int dims) {
        HostFile.Section scales = file.take(scalesName, HostFile.Type.F32, count, 1);
        HostFile.Type type = scales == null ? HostFile.Type.F32 : HostFile.Type.I8;
        HostFile.Section rows = file.demand(rowsName, type, scales == null ? count : scales.rows(), dims);
        int at = kernels.keep(rows.bytes());
        return new Table(at, scales == null ? null : kernels.keep(scales.bytes()), rows.rows(), dims);
    }

    /** Keeps every row times a map, stored transposed, a row of f32 each. The map itself does not stay. */
    int keepThrough(Instance kernels, HostFile.Section map) {
        int r = map.rows();
        long block = 4L * Math.min(rows, Host.BLOCK_ROWS) * dims;
        int packing = kernels.call("gemm_scratch_bytes");
        int[] places = kernels.scratch(4L * rows * r, map.bytes().length, block, packing);
        int y = places[0];
        int b = places[1];
        kernels.write(b, map.bytes());
        for (int from = 0; from < rows; from += Host.BLOCK_ROWS) {
            int n = Math.min(rows - from, Host.BLOCK_ROWS);
            int a = floatRows(kernels, from, n, places[2]);
            kernels.call("gemm_f32", a, dims, 1, b, 1, dims, y + 4 * from * r, n, r, dims, 0, places[3]);
        }
        kernels.keepBelow(b);
        return y;
    }

    /** The address of some of the rows as f32: int8 rows are written to x. */
    private int floatRows(Instance kernels, int from, int n, int x) {
        if (scales == null) return at + 4 * from * dims;
        kernels.call("dequantize_i8", at + from * dims, scales + 4 * from, x, n, dims);
        return x;
    }

    /** Sums the rows that each sparse row names. Not normalised. */
    Matrix bag(Instance kernels, Sparse s) {
        Matrix out = Matrix.zeros(s.rows(), dims);
        int[] places = s.place(kernels, 4L * out.data().length);
        int entries = s.ids().length;
        if (scales == null) {
            kernels.call("embedding_bag_f32", at, rows, places[0], places[2], places[1], entries, places[3], s.rows(), dims);
        } else {
            kernels.call(
                    "embedding_bag_i8", at, scales, rows, places[0], places[2], places[1], entries, places[3], s.rows(), dims);
        }
        kernels.read(places[3], out);
        return out;
    }
}

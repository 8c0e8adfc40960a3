package chelated;

import chelated.HostFile.Type;

/** How much a token counts by the text that it stands in: two tables, each with {@code dims} numbers for every token that has a row. */
final class Gate {
    /** Far below what a trained gate gives: a token that is there never vanishes. */
    private static final double LEAST = 0x1p-20;

    private final Instance kernels;
    private final float[] weights;
    private final int dims;
    private final int context;
    private final int tokens;

    /** Takes every row of the student's table through both maps, once. */
    Gate(Instance kernels, HostFile file, Table table, float[] weights) {
        this.kernels = kernels;
        this.weights = weights;
        HostFile.Section contextMap = file.demand("gate_context", Type.F32, -1, table.dims());
        dims = contextMap.rows();
        HostFile.Section tokensMap = file.demand("gate_tokens", Type.F32, dims, table.dims());
        context = keepThrough(table, contextMap);
        tokens = keepThrough(table, tokensMap);
    }

    /** The same tokens, each counted as often as the gate lets it; docs/abi.md has the formula. */
    Tokens weigh(Tokens read) {
        float[] z = dots(contextFeatures(read));
        float[] counts = read.counts.clone();
        int at = 0;
        for (int e = 0; e < counts.length; e++) {
            if (hasRow(read.ids[e])) counts[e] = (float) (counts[e] * openness(z[at++]));
        }
        return new Tokens(read.offsets, read.ids, counts);
    }

    private boolean hasRow(int id) {
        return id < weights.length;
    }

    /** Weights × counts to unit length, of the tokens that have a row. */
    private Sparse contextFeatures(Tokens read) {
        Sparse features = new Sparse(read.offsets, read.ids, read.counts).only(id -> hasRow(id) ? id : -1);
        float[] values = features.values();
        for (int i = 0; i < features.rows(); i++) {
            double squares = 0;
            for (int e = features.offsets()[i]; e < features.offsets()[i + 1]; e++) {
                values[e] *= weights[features.ids()[e]];
                squares += (double) values[e] * values[e];
            }
            if (squares == 0) continue;
            double scale = 1 / Math.sqrt(squares);
            for (int e = features.offsets()[i]; e < features.offsets()[i + 1]; e++) values[e] = (float) (values[e] * scale);
        }
        return features;
    }

    /** For each entry the product of its token's row and the context of its text. */
    private float[] dots(Sparse s) {
        int entries = s.ids().length;
        int[] at = s.place(kernels, 4L * (dims + entries));
        int sum = at[3];
        int z = sum + 4 * dims;
        kernels.call(
                "context_dots_f32", context, tokens, weights.length, at[0], at[2], at[1], entries, z, s.rows(), dims, sum);
        return Numbers.toFloats(kernels.read(z, 4 * entries));
    }

    /** Keeps the rows of a table times a map, stored transposed; the map itself does not stay. */
    private int keepThrough(Table table, HostFile.Section map) {
        int d = table.dims();
        int most = Math.min(table.rows(), Host.BLOCK_ROWS);
        int packing = kernels.call("gemm_scratch_bytes");
        int[] at = kernels.scratch(map.bytes().length, 4L * most * d, 4L * most * dims, packing);
        kernels.write(at[0], map.bytes());
        byte[] mapped = new byte[4 * table.rows() * dims];
        for (int from = 0; from < table.rows(); from += Host.BLOCK_ROWS) {
            int n = Math.min(table.rows() - from, Host.BLOCK_ROWS);
            int x = table.floatRows(kernels, from, n, at[1]);
            kernels.call("gemm_f32", x, d, 1, at[0], 1, d, at[2], n, dims, d, 0, at[3]);
            System.arraycopy(kernels.read(at[2], 4 * n * dims), 0, mapped, 4 * from * dims, 4 * n * dims);
        }
        return kernels.keep(mapped);
    }

    /** From 0 to 2, and 1 at 0. */
    private static double openness(double z) {
        return Math.max(LEAST, 1 + z / Math.sqrt(1 + z * z));
    }
}

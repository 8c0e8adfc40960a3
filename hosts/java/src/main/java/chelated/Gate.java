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
        context = table.keepThrough(kernels, contextMap);
        tokens = table.keepThrough(kernels, tokensMap);
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
        Sparse known = new Sparse(read.offsets, read.ids, read.counts).only(id -> hasRow(id) ? id : -1);
        float[] counts = known.values();
        return Sparse.ofUnitRows(known.offsets(), known.ids(), e -> counts[e] * weights[known.ids()[e]]);
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

    /** From 0 to 2, and 1 at 0. */
    private static double openness(double z) {
        return Math.max(LEAST, 1 + z / Math.sqrt(1 + z * z));
    }
}

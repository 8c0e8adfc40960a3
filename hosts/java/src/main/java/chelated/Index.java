package chelated;

import java.util.Arrays;

/** A matrix that stays in the memory of its host for as long as that lives. */
public final class Index {
    private final Host host;
    private final int at;
    private final int rows;
    private final int dims;

    Index(Host host, Matrix x) {
        this.host = host;
        this.at = host.kernels.keep(Numbers.bytes(x.data()));
        this.rows = x.rows();
        this.dims = x.dims();
    }

    /** The k best rows of each query, best first; ties by the lower row. */
    public record Found(int queries, int k, int[] rows, float[] scores) {}

    /** Exact inner-product search. Fewer than k rows: k of the result is the row count. */
    public Found topK(Matrix queries, int wanted) {
        if (queries.dims() != dims) {
            throw new ChelatedException(
                    Code.SHAPE_MISMATCH, "the index has d=%d, got queries with d=%d".formatted(dims, queries.dims()));
        }
        if (wanted < 0) throw new ChelatedException(Code.INVALID_INPUT, "k must be 0 or more, got " + wanted);
        int k = Math.min(wanted, rows);
        Found found = new Found(queries.rows(), k, new int[queries.rows() * k], new float[queries.rows() * k]);
        synchronized (host) {
            for (int from = 0; from < queries.rows() && k > 0; from += Host.BLOCK_ROWS) {
                search(queries.slice(from, Math.min(queries.rows(), from + Host.BLOCK_ROWS)), from * k, found);
            }
        }
        return found;
    }

    private void search(Matrix queries, int first, Found found) {
        Instance kernels = host.kernels;
        int n = queries.rows();
        int k = found.k();
        long results = 4L * n * k;
        int[] at = kernels.scratch(4L * queries.data().length, 2 * results, 4L * n, 32, results, results);
        int keys = at[1];
        int sizes = at[2];
        kernels.write(at[0], Numbers.bytes(queries.data()));
        kernels.write(sizes, new byte[4 * n]);
        kernels.call("top_k_f32", this.at, rows, dims, 0, at[0], n, k, keys, sizes, at[3]);
        kernels.call("top_k_finish", keys, sizes, n, k, at[4], at[5]);
        Numbers.ints(kernels.read(at[4], (int) results)).get(found.rows(), first, n * k);
        Numbers.floats(kernels.read(at[5], (int) results)).get(found.scores(), first, n * k);
    }

    /** The mean of the rows that each set names; an empty set gives a zero row. */
    public Matrix centroid(int[][] sets) {
        Sparse lists = Sparse.ofLists(sets);
        if (Arrays.stream(lists.ids()).anyMatch(id -> id < 0 || id >= rows)) {
            throw new ChelatedException(Code.SHAPE_MISMATCH, "a set names a row outside of an index of " + rows);
        }
        Matrix out = Matrix.zeros(sets.length, dims);
        synchronized (host) {
            int[] places = lists.place(host.kernels, 4L * out.data().length);
            host.kernels.call(
                    "centroid_f32", at, rows, places[0], places[1], lists.ids().length, places[3], sets.length, dims);
            host.kernels.read(places[3], out);
        }
        return out;
    }
}

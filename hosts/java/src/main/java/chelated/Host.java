package chelated;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** One instance of each module, with memory of its own. Threads may share it; its calls run one at a time. */
public final class Host {
    /** Rows that pass through a module at a time: bounds its memory, whatever the batch. */
    static final int BLOCK_ROWS = 1024;

    final Instance kernels;
    final Instance wordPiece;

    Host(Instance kernels, Instance wordPiece) {
        this.kernels = kernels;
        this.wordPiece = wordPiece;
    }

    /** A blend, and how many of its rows vanished: those are normalise(x). */
    public record Blended(Matrix rows, int vanished) {}

    /** Size of both memories. */
    public synchronized long memoryBytes() {
        return kernels.memoryBytes() + wordPiece.memoryBytes();
    }

    /** Reads the host file of a student ({@code chelated export --out student.chelated}). */
    public synchronized Student openStudent(byte[] file) {
        return open(() -> new Student(this, file));
    }

    /**
     * Reads the host file of an adapter. A lexical one needs its student, and a residual one whose student has a context
     * gate; others, where they are given texts: null is allowed.
     */
    public synchronized Adapter openAdapter(byte[] file, Student student) {
        return open(() -> new Adapter(this, file, student));
    }

    /** Copies rows into the memory of the host, to be searched. */
    public synchronized Index hold(Matrix rows) {
        return new Index(this, rows);
    }

    /** Rows at unit length; a zero row stays zero. */
    public synchronized Matrix normalize(Matrix x) {
        return mapRows((at, n) -> kernels.call("normalize_f32", at[0], at[0], n, x.dims()), x);
    }

    /** normalise(x + η·(x − c)/‖x − c‖), one centre a row. */
    public synchronized Matrix push(Matrix x, Matrix centres, float eta) {
        return mapRows(
                (at, n) -> kernels.call("homeostatic_push_f32", at[0], at[1], at[0], n, x.dims(), eta), x, centres);
    }

    /** normalise((1 − α)·x + α·t). */
    public synchronized Blended blend(Matrix x, Matrix t, float alpha) {
        int[] vanished = {0};
        Matrix rows = mapRows(
                (at, n) -> vanished[0] += kernels.call("blend_f32", at[0], at[1], at[0], n, x.dims(), alpha), x, t);
        return new Blended(rows, vanished[0]);
    }

    /** A file that is refused takes no memory. */
    private <T> T open(Supplier<T> open) {
        return kernels.allOrNothing(() -> wordPiece.allOrNothing(open));
    }

    private interface RowKernel {
        void run(int[] at, int rows);
    }

    /** Runs a kernel that writes its output over its first input, a block of rows at a time. */
    private Matrix mapRows(RowKernel kernel, Matrix... inputs) {
        Matrix first = inputs[0];
        for (Matrix x : List.of(inputs)) {
            if (x.rows() != first.rows() || x.dims() != first.dims()) {
                throw new ChelatedException(
                        Code.SHAPE_MISMATCH,
                        "both need the same shape, got %d × %d and %d × %d"
                                .formatted(first.rows(), first.dims(), x.rows(), x.dims()));
            }
        }
        int dims = first.dims();
        Matrix out = Matrix.zeros(first.rows(), dims);
        long[] sizes = new long[inputs.length];
        Arrays.fill(sizes, 4L * Math.min(first.rows(), BLOCK_ROWS) * dims);
        int[] at = kernels.scratch(sizes);
        for (int from = 0; from < first.rows(); from += BLOCK_ROWS) {
            int to = Math.min(first.rows(), from + BLOCK_ROWS);
            for (int i = 0; i < at.length; i++) {
                kernels.write(at[i], Numbers.bytes(inputs[i].data(), from * dims, to * dims));
            }
            kernel.run(at, to - from);
            Numbers.floats(kernels.read(at[0], 4 * (to - from) * dims)).get(out.data(), from * dims, (to - from) * dims);
        }
        return out;
    }
}

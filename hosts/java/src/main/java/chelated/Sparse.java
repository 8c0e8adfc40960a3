package chelated;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;

/** Rows of weighted ids: row i has the entries offsets[i] … offsets[i + 1]. */
record Sparse(int[] offsets, int[] ids, float[] values) {
    /** Without values. */
    static Sparse ofLists(int[][] lists) {
        int[] offsets = new int[lists.length + 1];
        for (int i = 0; i < lists.length; i++) offsets[i + 1] = offsets[i] + lists[i].length;
        return new Sparse(offsets, Arrays.stream(lists).flatMapToInt(Arrays::stream).toArray(), new float[0]);
    }

    /** Entry e has the value of e, scaled to unit length over its row, and rounded; a row of zeros stays. */
    static Sparse ofUnitRows(int[] offsets, int[] ids, IntToDoubleFunction valueOf) {
        float[] values = new float[ids.length];
        for (int i = 0; i + 1 < offsets.length; i++) {
            double squares = 0;
            for (int e = offsets[i]; e < offsets[i + 1]; e++) {
                double value = valueOf.applyAsDouble(e);
                values[e] = (float) value;
                squares += value * value;
            }
            if (squares == 0) continue;
            double scale = 1 / Math.sqrt(squares);
            for (int e = offsets[i]; e < offsets[i + 1]; e++) values[e] = (float) (values[e] * scale);
        }
        return new Sparse(offsets, ids, values);
    }

    int rows() {
        return offsets.length - 1;
    }

    boolean isZero(int row) {
        for (int e = offsets[row]; e < offsets[row + 1]; e++) if (values[e] != 0) return false;
        return true;
    }

    /** The entries whose id has a place (not negative), under that. */
    Sparse only(IntUnaryOperator place) {
        int[] starts = new int[offsets.length];
        int[] kept = new int[ids.length];
        float[] weights = new float[ids.length];
        int n = 0;
        for (int i = 0; i < rows(); i++) {
            for (int e = offsets[i]; e < offsets[i + 1]; e++) {
                int id = place.applyAsInt(ids[e]);
                if (id < 0) continue;
                kept[n] = id;
                weights[n++] = values[e];
            }
            starts[i + 1] = n;
        }
        return new Sparse(starts, Arrays.copyOf(kept, n), Arrays.copyOf(weights, n));
    }

    /** Writes ids, offsets and values into scratch, with so many bytes after them. */
    int[] place(Instance kernels, long room) {
        int[] at = kernels.scratch(4L * ids.length, 4L * offsets.length, 4L * values.length, room);
        kernels.write(at[0], Numbers.bytes(ids));
        kernels.write(at[1], Numbers.bytes(offsets));
        kernels.write(at[2], Numbers.bytes(values));
        return at;
    }
}

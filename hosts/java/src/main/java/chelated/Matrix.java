package chelated;

import java.util.Arrays;

/** n rows of {@code dims} numbers, row-major. */
public record Matrix(int rows, int dims, float[] data) {
    public Matrix {
        if (rows < 0 || dims < 0 || data.length != rows * dims) {
            throw new ChelatedException(
                    Code.SHAPE_MISMATCH,
                    "a %d × %d matrix needs %d numbers, got %d".formatted(rows, dims, rows * dims, data.length));
        }
    }

    /** A matrix of zeros. */
    public static Matrix zeros(int rows, int dims) {
        return new Matrix(rows, dims, new float[rows * dims]);
    }

    /** Row i, a copy. */
    public float[] row(int i) {
        return Arrays.copyOfRange(data, i * dims, (i + 1) * dims);
    }

    Matrix slice(int from, int to) {
        return new Matrix(to - from, dims, Arrays.copyOfRange(data, from * dims, to * dims));
    }

    void put(int row, Matrix block) {
        System.arraycopy(block.data, 0, data, row * dims, block.data.length);
    }

    boolean isZero(int row) {
        for (int j = row * dims; j < (row + 1) * dims; j++) if (data[j] != 0) return false;
        return true;
    }

    void checkFinite(String what) {
        for (int i = 0; i < data.length; i++) {
            if (!Float.isFinite(data[i])) {
                throw new ChelatedException(
                        Code.NOT_FINITE,
                        "%s: row %d, column %d is %s; every number must be finite"
                                .formatted(what, i / dims, i % dims, data[i]));
            }
        }
    }
}

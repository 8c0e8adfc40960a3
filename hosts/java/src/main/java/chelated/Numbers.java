package chelated;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/** Numbers as little-endian bytes, and back. */
final class Numbers {
    private Numbers() {}

    static byte[] bytes(float[] numbers, int from, int to) {
        byte[] bytes = new byte[4 * (to - from)];
        floats(bytes).put(numbers, from, to - from);
        return bytes;
    }

    static byte[] bytes(float[] numbers) {
        return bytes(numbers, 0, numbers.length);
    }

    static byte[] bytes(int[] numbers) {
        byte[] bytes = new byte[4 * numbers.length];
        ints(bytes).put(numbers);
        return bytes;
    }

    static FloatBuffer floats(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    static IntBuffer ints(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    }

    static float[] toFloats(byte[] bytes) {
        float[] numbers = new float[bytes.length / 4];
        floats(bytes).get(numbers);
        return numbers;
    }

    static int[] toInts(byte[] bytes) {
        int[] numbers = new int[bytes.length / 4];
        ints(bytes).get(numbers);
        return numbers;
    }
}

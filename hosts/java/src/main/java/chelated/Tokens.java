package chelated;

import java.util.Arrays;

/** Of each text its distinct token ids, ascending, and how often each occurs. */
public final class Tokens {
    final int[] offsets;
    final int[] ids;
    final float[] counts;

    Tokens(int[] offsets, int[] ids, float[] counts) {
        this.offsets = offsets;
        this.ids = ids;
        this.counts = counts;
    }

    /** From lists of token ids, one a text. */
    public static Tokens count(int[][] lists) {
        int most = Arrays.stream(lists).mapToInt(list -> list.length).sum();
        int[] offsets = new int[lists.length + 1];
        int[] ids = new int[most];
        float[] counts = new float[most];
        int n = 0;
        for (int i = 0; i < lists.length; i++) {
            int[] sorted = lists[i].clone();
            Arrays.sort(sorted);
            for (int j = 0; j < sorted.length; j++) {
                if (j == 0 || sorted[j] != sorted[j - 1]) ids[n++] = sorted[j];
                counts[n - 1]++;
            }
            offsets[i + 1] = n;
        }
        return new Tokens(offsets, Arrays.copyOf(ids, n), Arrays.copyOf(counts, n));
    }

    /** How many texts they are of. */
    public int texts() {
        return offsets.length - 1;
    }

    void check(int vocabulary) {
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw new ChelatedException(
                        Code.SHAPE_MISMATCH,
                        "token id %d is outside the vocabulary of %d; use the student's own tokenizer"
                                .formatted(id, vocabulary));
            }
        }
    }

    Tokens slice(int from, int to) {
        int first = offsets[from];
        int[] starts = Arrays.copyOfRange(offsets, from, to + 1);
        for (int i = 0; i < starts.length; i++) starts[i] -= first;
        int last = offsets[to];
        return new Tokens(starts, Arrays.copyOfRange(ids, first, last), Arrays.copyOfRange(counts, first, last));
    }
}

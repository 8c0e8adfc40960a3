package chelated;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Times a host beside plain Java. bench/README.md says what is measured. */
final class Bench {
    private static final int ROWS = 1000;
    private static final int DIMS = 384;
    private static final int VOCABULARY = 30522;
    private static final int ROUNDS = 5;
    private static final double ROUND_SECONDS = .2;
    private static final long WARM_UP = 1_000_000_000L * Long.getLong("chelated.warm", 1); // seconds

    private final float[] weights = new float[DIMS * DIMS]; // transposed
    private final byte[] table = new byte[VOCABULARY * DIMS];
    private final float[] y = new float[DIMS];

    private Bench() {
        for (int i = 0; i < weights.length; i++) weights[i] = (float) Math.sin(i);
        for (int i = 0; i < table.length; i++) table[i] = (byte) (31 * i);
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 6) {
            System.err.println("usage: Bench KERNELS.wasm WORDPIECE.wasm STUDENT LEXICAL AFFINE TEXTS");
            System.exit(2);
        }
        byte[][] files = new byte[6][];
        for (int i = 0; i < files.length; i++) files[i] = Files.readAllBytes(Path.of(args[i]));
        new Bench().run(files);
    }

    private void run(byte[][] files) {
        long start = System.nanoTime();
        Host host = Modules.compile(Engines.asked(), files[0], files[1]).openHost();
        Student student = host.openStudent(files[2]);
        Adapter lexical = host.openAdapter(files[3], student);
        double load = (System.nanoTime() - start) / 1e6;
        Adapter affine = host.openAdapter(files[4], null);

        float[] waves = new float[ROWS * DIMS];
        for (int i = 0; i < waves.length; i++) waves[i] = (float) Math.sin(.7 * i);
        Matrix x = new Matrix(ROWS, DIMS, waves);
        Matrix one = x.slice(0, 1);
        int[][] lists = student.tokenIds(List.of(new String(files[5], StandardCharsets.UTF_8).split("\0")));
        Tokens tokens = Tokens.count(lists);
        Tokens first = Tokens.count(Arrays.copyOf(lists, 1));
        String figures = String.join(
                ",",
                measure("normalize", ROWS, () -> host.normalize(x), () -> host.normalize(one), () -> {
                    for (int i = 0; i < ROWS; i++) normalize(waves, i * DIMS);
                }),
                measure("affine", ROWS, () -> affine.correct(x, null), () -> affine.correct(one, null), () -> {
                    for (int i = 0; i < ROWS; i++) affine(waves, i * DIMS);
                }),
                measure("lexical", lists.length, () -> lexical.correct(null, tokens), () -> lexical.correct(null, first), () -> {
                    for (int[] ids : lists) gather(ids);
                }));
        System.out.println(String.format(Locale.ROOT, "{\"load\":%f,\"figures\":[%s]}", load, figures));
    }

    private static String measure(String name, int vectors, Runnable batch, Runnable one, Runnable plain) {
        double perVector = 1e9 / vectors;
        return String.format(
                Locale.ROOT,
                "{\"name\":\"%s\",\"batch\":%f,\"one\":%f,\"native\":%f}",
                name, seconds(batch) * perVector, 1 / seconds(one), seconds(plain) * perVector);
    }

    /** A call, the median of rounds; before that, seconds of calls, in which Java compiles. */
    private static double seconds(Runnable call) {
        for (long end = System.nanoTime() + WARM_UP; System.nanoTime() < end; ) call.run();
        double[] took = new double[ROUNDS];
        for (int r = 0; r < ROUNDS; r++) {
            int calls = 0;
            long start = System.nanoTime();
            double passed = 0;
            for (; passed < ROUND_SECONDS; passed = (System.nanoTime() - start) / 1e9) {
                call.run();
                calls++;
            }
            took[r] = passed / calls;
        }
        Arrays.sort(took);
        return took[ROUNDS / 2];
    }

    private void normalize(float[] x, int from) {
        float squares = 0;
        for (int j = 0; j < DIMS; j++) squares += x[from + j] * x[from + j];
        float scale = (float) (1 / Math.sqrt(squares));
        for (int j = 0; j < DIMS; j++) y[j] = x[from + j] * scale;
    }

    private void affine(float[] x, int from) {
        for (int j = 0; j < DIMS; j++) {
            float sum = 0;
            for (int i = 0; i < DIMS; i++) sum += x[from + i] * weights[j * DIMS + i];
            y[j] = sum;
        }
        normalize(y, 0);
    }

    private void gather(int[] ids) {
        Arrays.fill(y, 0);
        for (int id : ids) for (int j = 0; j < DIMS; j++) y[j] += .01f * table[id * DIMS + j];
        normalize(y, 0);
    }
}

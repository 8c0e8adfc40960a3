package chelated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class HostTest {
    private static final Modules MODULES = Assets.chicory();

    private final Host host = MODULES.openHost();
    private final Student student = host.openStudent(Assets.hostFile("student.chelated"));

    private static Matrix normal(int rows, int dims) {
        Random random = new Random(1);
        Matrix x = Matrix.zeros(rows, dims);
        for (int i = 0; i < x.data().length; i++) x.data()[i] = (float) random.nextGaussian();
        return x;
    }

    private static Matrix filled(int dims, float value) {
        float[] data = new float[dims];
        Arrays.fill(data, value);
        return new Matrix(1, dims, data);
    }

    private static void assertRefused(Code code, Executable call) {
        assertEquals(code, assertThrows(ChelatedException.class, call).code());
    }

    @Test
    void rowKernelsKeepTheirLawsOverMoreRowsThanABlock() {
        Matrix x = normal(2500, 13);
        Matrix unit = host.normalize(x);
        assertArrayEquals(unit.data(), host.push(unit, unit, .1f).data(), "a row that is its own centre stays as it is");
        Host.Blended first = host.blend(x, unit, 0);
        assertArrayEquals(unit.data(), first.rows().data(), "α = 0 is normalise(x)");
        Matrix negative = new Matrix(2500, 13, unit.data().clone());
        for (int i = 0; i < negative.data().length; i++) negative.data()[i] *= -1;
        assertEquals(2500, host.blend(unit, negative, .5f).vanished(), "a blend of opposites vanishes");
        assertRefused(Code.SHAPE_MISMATCH, () -> host.push(x, normal(2500, 12), .1f));
    }

    @Test
    void anIndexFindsItsOwnRowsAndAveragesThem() {
        Matrix rows = host.normalize(normal(3000, 24));
        Index index = host.hold(rows);
        Index.Found found = index.topK(rows, 3);
        for (int i = 0; i < 3000; i++) assertEquals(i, found.rows()[3 * i]);
        Matrix centroids = index.centroid(new int[][] {{7}, {}, {1, 2}});
        assertArrayEquals(rows.row(7), centroids.row(0));
        assertArrayEquals(new float[24], centroids.row(1));
        assertRefused(Code.SHAPE_MISMATCH, () -> index.centroid(new int[][] {{3000}}));
        assertRefused(Code.SHAPE_MISMATCH, () -> index.topK(normal(1, 23), 3));
    }

    @Test
    void otherModulesAreRefused() {
        byte[] kernels = Assets.kernels("-scalar");
        assertRefused(Code.WASM_UNAVAILABLE, () -> Modules.compile(new byte[0], Assets.wordPiece()));
        assertRefused(Code.WASM_UNAVAILABLE, () -> Modules.compile(Assets.wordPiece(), Assets.wordPiece()));
        byte[] answersOne = {4, 0, 0x41, 1, 0x0b}; // the body of abi_version
        int changed = 0;
        for (int i = 0; i + 5 <= kernels.length; i++) {
            if (!Arrays.equals(kernels, i, i + 5, answersOne, 0, 5)) continue;
            kernels[i + 3] = 2;
            changed++;
        }
        assertTrue(changed > 0);
        Modules other = Modules.compile(kernels, Assets.wordPiece());
        assertRefused(Code.WASM_UNAVAILABLE, other::openHost);
    }

    @Test
    void alteredFilesAreRefused() {
        byte[] file = Assets.hostFile("affine.chelated");
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertRefused(Code.ADAPTER_CORRUPT, () -> host.openAdapter(cut, student));
        }
        for (int at = 0; at < file.length; at++) {
            byte[] altered = file.clone();
            altered[at] ^= 0x40;
            Code code = at >= 8 && at < 12 ? Code.ADAPTER_VERSION : Code.ADAPTER_CORRUPT;
            assertRefused(code, () -> host.openAdapter(altered, student));
        }
        assertRefused(Code.ADAPTER_CORRUPT, () -> host.openStudent(file));
    }

    @Test
    void aGateThatIsNotWholeIsRefused() {
        byte[] words = Assets.withNumber(Assets.hostFile("words-student.chelated"), 44, 3);
        assertRefused(Code.ADAPTER_CORRUPT, () -> host.openStudent(words));
        byte[] gated = Assets.hostFile("gated-student.chelated");
        for (String name : List.of("gate_context", "gate_tokens")) {
            int entry = Assets.entry(gated, name);
            int[][] changes = {{0, 0}, {16, 3}, {20, 1}, {24, 2}}; // name, type, rows, dims
            for (int[] change : changes) {
                byte[] broken = Assets.withNumber(gated, entry + change[0], change[1]);
                assertRefused(Code.ADAPTER_CORRUPT, () -> host.openStudent(broken));
            }
        }
    }

    @Test
    void everyRowGoesThroughTheMapsOfAGate() {
        int rows = 2500; // more than a block
        int d = 13;
        int r = 5;
        byte[] whole = new byte[rows * d];
        new Random(1).nextBytes(whole);
        float[] x = new float[rows * d];
        for (int i = 0; i < x.length; i++) x[i] = whole[i] * .5f;
        float[] scales = new float[rows];
        Arrays.fill(scales, .5f);
        float[] map = new float[r * d]; // whole numbers too: every sum is exact
        for (int i = 0; i < map.length; i++) map[i] = i % 17 - 8;
        float[] expected = new float[rows * r];
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < d; j++) expected[i] += x[i / r * d + j] * map[i % r * d + j];
        }
        Instance kernels = host.kernels;
        List<Table> tables = List.of(
                new Table(kernels.keep(Numbers.bytes(x)), null, rows, d),
                new Table(kernels.keep(whole), kernels.keep(Numbers.bytes(scales)), rows, d));
        for (Table table : tables) {
            int at = table.keepThrough(kernels, new HostFile.Section(HostFile.Type.F32, r, d, Numbers.bytes(map)));
            kernels.keep(new byte[4 * expected.length]); // leaves what was kept before
            assertArrayEquals(expected, Numbers.toFloats(kernels.read(at, 4 * expected.length)));
        }
    }

    @Test
    void anAdapterWhoseStudentHasAGateIsOpenedWithIt() {
        byte[] residual = Assets.hostFile("gated-residual.chelated");
        assertRefused(Code.ADAPTER_WRONG_MODEL, () -> host.openAdapter(residual, null));
        host.openAdapter(Assets.hostFile("residual.chelated"), null);
    }

    @Test
    void aFileThatIsRefusedTakesNoMemory() {
        byte[] gated = Assets.hostFile("gated-student.chelated");
        byte[] withoutWords = Assets.withNumber(gated, Assets.entry(gated, "kinds"), 0);
        byte[] withoutGate = Assets.withNumber(gated, Assets.entry(gated, "gate_tokens"), 0);
        byte[] lexical = Assets.hostFile("lexical.chelated");
        host.openStudent(gated); // has taken the scratch of a gate
        long before = host.memoryBytes();
        for (int call = 0; call < 500; call++) {
            assertRefused(Code.ADAPTER_CORRUPT, () -> host.openStudent(withoutWords));
            assertRefused(Code.ADAPTER_CORRUPT, () -> host.openStudent(withoutGate));
            assertRefused(Code.ADAPTER_WRONG_MODEL, () -> host.openAdapter(lexical, null));
        }
        assertEquals(before, host.memoryBytes());
    }

    @Test
    void wrongInputIsRefused() {
        assertRefused(Code.ADAPTER_WRONG_MODEL, () -> host.openAdapter(Assets.hostFile("lexical.chelated"), null));
        assertRefused(
                Code.ADAPTER_WRONG_MODEL,
                () -> MODULES.openHost().openAdapter(Assets.hostFile("affine.chelated"), student));
        Adapter affine = host.openAdapter(Assets.hostFile("affine.chelated"), student);
        Adapter lexical = host.openAdapter(Assets.hostFile("lexical.chelated"), student);
        assertRefused(Code.SHAPE_MISMATCH, () -> affine.correct(filled(4, 1), null));
        assertRefused(Code.NOT_FINITE, () -> affine.correct(filled(3, Float.NaN), null));
        assertRefused(Code.NOT_FINITE, () -> affine.correct(filled(3, Float.POSITIVE_INFINITY), null));
        assertRefused(Code.NOT_FINITE, () -> affine.correct(filled(3, 3e38f), null));
        assertRefused(Code.TEXT_REQUIRED, () -> lexical.correct(filled(3, 1), null));
        assertRefused(Code.SHAPE_MISMATCH, () -> lexical.correct(null, Tokens.count(new int[][] {{99}})));
        assertRefused(Code.TOO_LARGE, () -> student.tokenize(List.of("x".repeat(3_000_001))));
        Adapter alone = host.openAdapter(Assets.hostFile("affine.chelated"), null);
        assertRefused(Code.INVALID_INPUT, () -> alone.correctTexts(List.of("a")));
    }

    @Test
    void loneSurrogatesCountAsOneReplacement() {
        assertArrayEquals(student.tokenIds(List.of("cat\ufffd")), student.tokenIds(List.of("cat\ud800")));
    }

    @Test
    void aTrapIsAnException() {
        assertRefused(Code.WASM_UNAVAILABLE, () -> host.kernels.call("normalize_f32", 1 << 31, 1 << 31, 1, 1));
        assertEquals(1, host.normalize(normal(1, 4)).rows());
    }

    @Test
    void threadsGetTheSameAnswer() {
        List<String> texts = List.of("a cat", "dog", "bbb");
        Adapter shared = host.openAdapter(Assets.hostFile("lexical.chelated"), student);
        float[] expected = shared.correctTexts(texts).data();
        IntStream.range(0, 8).parallel().forEach(thread -> {
            Adapter adapter = shared; // half of them share a host, half have their own
            if (thread % 2 == 0) {
                Host own = MODULES.openHost();
                Student its = own.openStudent(Assets.hostFile("student.chelated"));
                adapter = own.openAdapter(Assets.hostFile("lexical.chelated"), its);
            }
            for (int i = 0; i < 500; i++) assertArrayEquals(expected, adapter.correctTexts(texts).data());
        });
    }

    @Test
    void memoryStaysOverAMillionCalls() {
        Adapter adapter = host.openAdapter(Assets.hostFile("lexical.chelated"), student);
        Matrix x = normal(1, 64);
        List<String> texts = List.of("a cat, a dog");
        host.normalize(x);
        adapter.correctTexts(texts);
        long before = host.memoryBytes();
        for (int call = 0; call < 1_000_000; call++) {
            host.normalize(x);
            if (call % 10 == 0) adapter.correctTexts(texts);
        }
        assertEquals(before, host.memoryBytes());
    }
}

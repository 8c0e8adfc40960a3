package chelated;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Reads texts (UTF-8, a NUL after each) and writes, for each text, how many token ids it has and those (u32), then all corrected
 * vectors (f32).
 */
final class Correct {
    private Correct() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 6) {
            System.err.println("usage: Correct KERNELS.wasm WORDPIECE.wasm STUDENT ADAPTER TEXTS OUT");
            System.exit(2);
        }
        byte[][] files = new byte[5][];
        for (int i = 0; i < files.length; i++) files[i] = Files.readAllBytes(Path.of(args[i]));
        Host host = Modules.compile(Engines.asked(), files[0], files[1]).openHost();
        Student student = host.openStudent(files[2]);
        Adapter adapter = host.openAdapter(files[3], student);
        String[] parts = new String(files[4], StandardCharsets.UTF_8).split("\0", -1);
        List<String> texts = List.of(Arrays.copyOf(parts, parts.length - 1));
        int[][] ids = student.tokenIds(texts);
        Matrix corrected = adapter.correctTexts(texts);
        int words = ids.length + Arrays.stream(ids).mapToInt(list -> list.length).sum() + corrected.data().length;
        ByteBuffer out = ByteBuffer.allocate(4 * words).order(ByteOrder.LITTLE_ENDIAN);
        for (int[] list : ids) {
            out.putInt(list.length);
            for (int id : list) out.putInt(id);
        }
        for (float v : corrected.data()) out.putFloat(v);
        Files.write(Path.of(args[5]), out.array());
    }
}

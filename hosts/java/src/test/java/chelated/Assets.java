package chelated;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/** Files of the repository that the tests read, and the engines that can run here. */
final class Assets {
    static final Path ROOT = Path.of("../..");

    private Assets() {}

    static byte[] read(String path) {
        try {
            return Files.readAllBytes(ROOT.resolve(path));
        } catch (IOException cause) {
            throw new UncheckedIOException(path + " cannot be read; run npm run build first", cause);
        }
    }

    static byte[] hostFile(String name) {
        return read("test/vectors/host/" + name);
    }

    /** The file with another number at a place, and the hash of that: what only the layout can give away. */
    static byte[] withNumber(byte[] file, int at, int number) {
        ByteBuffer altered = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN).putInt(at, number);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(altered.array(), 44, file.length - 44);
            return altered.put(12, digest.digest()).array();
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Where the entry of a section is. */
    static int entry(byte[] file, String name) {
        return new String(file, StandardCharsets.ISO_8859_1).indexOf(name + "\0");
    }

    static byte[] kernels(String build) {
        return read("assets/chelated-kernels" + build + ".wasm");
    }

    static byte[] wordPiece() {
        return read("assets/chelated-wordpiece.wasm");
    }

    static Modules chicory() {
        return Modules.compile(kernels("-scalar"), wordPiece());
    }

    /** Chicory with the scalar build, and GraalWasm with both where this Java runs it. */
    static List<Modules> everyModules() {
        List<Modules> all = new ArrayList<>(List.of(chicory()));
        if (Runtime.version().feature() >= 21) {
            GraalEngine graal = new GraalEngine();
            for (String build : List.of("", "-scalar")) all.add(Modules.compile(graal, kernels(build), wordPiece()));
        }
        return all;
    }
}

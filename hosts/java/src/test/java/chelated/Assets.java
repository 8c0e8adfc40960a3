package chelated;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

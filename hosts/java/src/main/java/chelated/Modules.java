package chelated;

import java.util.List;

/** The two compiled modules. Threads may share them. */
public final class Modules {
    private static final List<String> KERNELS = List.of(
            "abi_version", "heap_base", "memory_grow", "normalize_f32", "homeostatic_push_f32", "blend_f32", "centroid_f32",
            "embedding_bag_f32", "embedding_bag_i8", "context_dots_f32", "dequantize_i8", "gemv_f32", "gemm_f32",
            "gemm_scratch_bytes", "top_k_f32", "top_k_finish");
    private static final List<String> WORD_PIECE = List.of(
            "abi_version", "heap_base", "memory_grow", "wordpiece_bytes", "wordpiece_open", "wordpiece_encode");

    private final Engine.Program kernels;
    private final Engine.Program wordPiece;

    private Modules(Engine.Program kernels, Engine.Program wordPiece) {
        this.kernels = kernels;
        this.wordPiece = wordPiece;
    }

    /** Compiles the bytes of {@code chelated-kernels-scalar.wasm} and {@code chelated-wordpiece.wasm} with Chicory. */
    public static Modules compile(byte[] kernels, byte[] wordPiece) {
        return compile(new ChicoryEngine(), kernels, wordPiece);
    }

    /** Compiles a build of the kernels that the engine runs, and the WordPiece module. */
    public static Modules compile(Engine engine, byte[] kernels, byte[] wordPiece) {
        return new Modules(
                compile(engine, "kernels", kernels, KERNELS), compile(engine, "WordPiece", wordPiece, WORD_PIECE));
    }

    /** A host, with memory of its own. */
    public Host openHost() {
        return new Host(new Instance("kernels", kernels), new Instance("WordPiece", wordPiece));
    }

    private static Engine.Program compile(Engine engine, String name, byte[] module, List<String> exports) {
        Engine.Program program;
        try {
            program = engine.compile(module);
        } catch (RuntimeException cause) {
            throw new ChelatedException(
                    Code.WASM_UNAVAILABLE, "cannot compile the " + name + " module; build it again", cause);
        }
        for (String export : exports) {
            if (!program.exports(export)) {
                throw new ChelatedException(
                        Code.WASM_UNAVAILABLE, "not the " + name + " module: it lacks " + export);
            }
        }
        return program;
    }
}

package chelated;

import java.util.function.Supplier;

/** One instance of a module. Below {@code free} lies what stays, above it the scratch of the call under way. */
final class Instance {
    private static final int ABI_VERSION = 1;
    private static final int PAGE = 65_536;
    private static final int ALIGN = 16;

    private final String name;
    private final Engine.Running running;
    private long free;

    Instance(String name, Engine.Program program) {
        this.name = name;
        try {
            this.running = program.open();
        } catch (RuntimeException cause) {
            throw new ChelatedException(Code.WASM_UNAVAILABLE, "cannot instantiate the " + name + " module", cause);
        }
        int version = call("abi_version");
        if (version != ABI_VERSION) {
            throw new ChelatedException(
                    Code.WASM_UNAVAILABLE,
                    "%s ABI %d, expected %d; use the module that came with this version"
                            .formatted(name, version, ABI_VERSION));
        }
        free = Integer.toUnsignedLong(call("heap_base"));
    }

    int call(String export, Number... arguments) {
        try {
            return running.call(export, arguments);
        } catch (RuntimeException cause) {
            throw new ChelatedException(
                    Code.WASM_UNAVAILABLE, "the " + name + " module failed in " + export + "; open a new host", cause);
        }
    }

    /** Addresses of buffers of so many bytes, good until the next call of {@code scratch} or {@code keep}. */
    int[] scratch(long... sizes) {
        int[] places = new int[sizes.length];
        long end = free;
        for (int i = 0; i < sizes.length; i++) {
            places[i] = (int) end;
            end = roundUp(end + sizes[i]);
        }
        long more = end - running.memoryBytes();
        long pages = (more + PAGE - 1) / PAGE;
        if (more > 0 && (pages > PAGE || call("memory_grow", (int) pages) < 0)) {
            throw new ChelatedException(
                    Code.TOO_LARGE, "%s memory cannot grow by %d bytes; give smaller batches".formatted(name, more));
        }
        return places;
    }

    /** Places numbers that stay for as long as the instance does. */
    int keep(byte[] bytes) {
        int at = scratch(bytes.length)[0];
        running.write(at, bytes);
        free = roundUp(free + bytes.length);
        return at;
    }

    /** What lies in scratch below that address stays for as long as the instance does. */
    void keepBelow(int end) {
        free = Integer.toUnsignedLong(end);
    }

    /** What is kept meanwhile stays only where nothing is thrown. */
    <T> T allOrNothing(Supplier<T> open) {
        long before = free;
        try {
            return open.get();
        } catch (RuntimeException | Error failure) {
            free = before;
            throw failure;
        }
    }

    void write(int at, byte[] bytes) {
        running.write(at, bytes);
    }

    byte[] read(int at, int length) {
        byte[] bytes = new byte[length];
        running.read(at, bytes);
        return bytes;
    }

    void read(int at, Matrix into) {
        Numbers.floats(read(at, 4 * into.data().length)).get(into.data());
    }

    long memoryBytes() {
        return running.memoryBytes();
    }

    private static long roundUp(long bytes) {
        return (bytes + ALIGN - 1) / ALIGN * ALIGN;
    }
}

package chelated;

/** What runs a WebAssembly module: {@link ChicoryEngine} everywhere, {@link GraalEngine} where there is one. */
public interface Engine {
    /** Compiles a module; any exception means that it cannot. */
    Program compile(byte[] module);

    /** A compiled module, shared by threads. */
    interface Program {
        boolean exports(String name);

        /** An instance with memory of its own, for one thread at a time. */
        Running open();
    }

    /** One instance. Any exception of {@code call} means that the module trapped. */
    interface Running {
        /** Arguments are Integer (addresses and counts) or Float; the result is 32 bits, 0 where there is none. */
        int call(String name, Number... arguments);

        long memoryBytes();

        void write(int address, byte[] bytes);

        void read(int address, byte[] bytes);
    }
}

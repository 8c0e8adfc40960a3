package chelated;

/** The engine that the programs here run. */
final class Engines {
    private Engines() {}

    /** GraalWasm with {@code -Dchelated.graal=true}, else Chicory. */
    static Engine asked() {
        return Boolean.getBoolean("chelated.graal") ? new GraalEngine() : new ChicoryEngine();
    }
}

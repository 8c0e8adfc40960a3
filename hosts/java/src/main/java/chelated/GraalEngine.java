package chelated;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.ByteSequence;

/**
 * GraalWasm, which runs the SIMD build: as fast as native where the Java runtime has Graal's compiler, and many times slower than
 * {@link ChicoryEngine} where it has not. Needs {@code org.graalvm.polyglot:polyglot} and {@code :wasm}, and Java 21 or later.
 */
public final class GraalEngine implements Engine {
    private final org.graalvm.polyglot.Engine engine =
            org.graalvm.polyglot.Engine.newBuilder("wasm").option("engine.WarnInterpreterOnly", "false").build();

    @Override
    public Program compile(byte[] bytes) {
        Source source = Source.newBuilder("wasm", ByteSequence.create(bytes), "module").buildLiteral();
        Value first = exportsOf(source);
        return new Program() {
            @Override
            public boolean exports(String name) {
                return first.hasMember(name);
            }

            @Override
            public Running open() {
                return new GraalInstance(exportsOf(source));
            }
        };
    }

    private Value exportsOf(Source source) {
        return Context.newBuilder("wasm").engine(engine).build().eval(source).newInstance().getMember("exports");
    }

    private static final class GraalInstance implements Running {
        private final Value exports;
        private final Value memory;
        private final Map<String, Value> functions = new HashMap<>();

        GraalInstance(Value exports) {
            this.exports = exports;
            this.memory = exports.getMember("memory");
        }

        @Override
        public int call(String name, Number... arguments) {
            Value result = functions.computeIfAbsent(name, exports::getMember).execute((Object[]) arguments);
            if (result.fitsInInt()) return result.asInt();
            return result.isNumber() ? Float.floatToRawIntBits(result.asFloat()) : 0;
        }

        @Override
        public long memoryBytes() {
            return memory.getBufferSize();
        }

        @Override
        public void write(int address, byte[] bytes) {
            long at = Integer.toUnsignedLong(address);
            ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (; words.remaining() >= Long.BYTES; at += Long.BYTES) {
                memory.writeBufferLong(ByteOrder.LITTLE_ENDIAN, at, words.getLong());
            }
            while (words.hasRemaining()) memory.writeBufferByte(at++, words.get());
        }

        @Override
        public void read(int address, byte[] bytes) {
            memory.readBuffer(Integer.toUnsignedLong(address), bytes, 0, bytes.length);
        }
    }
}

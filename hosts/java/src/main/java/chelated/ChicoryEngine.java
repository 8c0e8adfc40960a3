package chelated;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import java.util.HashMap;
import java.util.Map;

/** Chicory: pure Java. It compiles no SIMD, so give it {@code chelated-kernels-scalar.wasm}. */
public final class ChicoryEngine implements Engine {
    @Override
    public Program compile(byte[] bytes) {
        WasmModule module = Parser.parse(bytes);
        var machine = MachineFactoryCompiler.compile(module);
        return new Program() {
            @Override
            public boolean exports(String name) {
                var section = module.exportSection();
                for (int i = 0; i < section.exportCount(); i++) if (section.getExport(i).name().equals(name)) return true;
                return false;
            }

            @Override
            public Running open() {
                var builder = Instance.builder(module).withMachineFactory(machine);
                return new ChicoryInstance(builder.withMemoryFactory(ByteArrayMemory::new).build());
            }
        };
    }

    private static final class ChicoryInstance implements Running {
        private final Instance instance;
        private final Memory memory;
        private final Map<String, ExportFunction> functions = new HashMap<>();

        ChicoryInstance(Instance instance) {
            this.instance = instance;
            this.memory = instance.memory();
        }

        @Override
        public int call(String name, Number... arguments) {
            long[] words = new long[arguments.length];
            for (int i = 0; i < words.length; i++) {
                boolean real = arguments[i] instanceof Float;
                words[i] = real ? Float.floatToRawIntBits(arguments[i].floatValue()) : arguments[i].intValue();
            }
            long[] results = functions.computeIfAbsent(name, instance::export).apply(words);
            return results == null || results.length == 0 ? 0 : (int) results[0];
        }

        @Override
        public long memoryBytes() {
            return (long) memory.pages() * Memory.PAGE_SIZE;
        }

        @Override
        public void write(int address, byte[] bytes) {
            memory.write(address, bytes, 0, bytes.length);
        }

        @Override
        public void read(int address, byte[] bytes) {
            System.arraycopy(memory.readBytes(address, bytes.length), 0, bytes, 0, bytes.length);
        }
    }
}

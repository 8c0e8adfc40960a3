package chelated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** test/vectors and test/vectors/host on every engine and build that can run here. */
final class GoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    static List<Modules> everyModules() {
        return Assets.everyModules();
    }

    private static byte[] decode(JsonNode node) {
        return node == null ? new byte[0] : Base64.getDecoder().decode(node.asText());
    }

    private static double number(String type, byte[] bytes, int i) {
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return switch (type) {
            case "f32" -> words.getFloat(4 * i);
            case "f64" -> words.getDouble(8 * i);
            case "u32" -> Integer.toUnsignedLong(words.getInt(4 * i));
            default -> bytes[i];
        };
    }

    private static void assertNear(String type, byte[] got, JsonNode result, String what) {
        byte[] expected = decode(result.get("expected"));
        byte[] bound = decode(result.get("bound"));
        for (int i = 0; i < expected.length / 8; i++) {
            double g = number(type, got, i);
            double e = number("f64", expected, i);
            boolean right = g == e || Double.isNaN(g) && Double.isNaN(e) || Math.abs(g - e) <= number("f64", bound, i);
            assertTrue(right, what + "[" + i + "] is " + g + ", expected " + e);
        }
    }

    @ParameterizedTest
    @MethodSource("everyModules")
    void kernelsPassTheVectors(Modules modules) throws IOException {
        Instance kernels = modules.openHost().kernels;
        try (var files = Files.newDirectoryStream(Assets.ROOT.resolve("test/vectors"), "*.json")) {
            int count = 0;
            for (var path : files) {
                for (JsonNode one : JSON.readTree(path.toFile()).get("cases")) runCase(kernels, one);
                count++;
            }
            assertTrue(count > 10, "only " + count + " vector files");
        }
    }

    private static void runCase(Instance kernels, JsonNode one) {
        Map<String, byte[]> buffers = new HashMap<>();
        one.get("buffers").fields().forEachRemaining(entry -> buffers.put(entry.getKey(), initial(entry.getValue())));
        List<String> names = List.copyOf(buffers.keySet());
        int[] places = kernels.scratch(names.stream().mapToLong(name -> buffers.get(name).length).toArray());
        for (int i = 0; i < places.length; i++) kernels.write(places[i], buffers.get(names.get(i)));
        for (JsonNode call : one.get("calls")) {
            String export = call.get("export").asText();
            List<Number> arguments = new ArrayList<>();
            for (JsonNode argument : call.get("arguments")) {
                boolean real = isFloat(export, arguments.size());
                if (argument.isTextual()) arguments.add(places[names.indexOf(argument.asText())]);
                else if (real) arguments.add((float) argument.asDouble());
                else arguments.add(argument.asInt());
            }
            int got = kernels.call(export, arguments.toArray(new Number[0]));
            if (call.has("returns")) {
                double value = export.equals("dot_f32") ? Float.intBitsToFloat(got) : got;
                byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array();
                assertNear("f64", bytes, call.get("returns"), export);
            }
        }
        for (int i = 0; i < places.length; i++) {
            JsonNode buffer = one.get("buffers").get(names.get(i));
            if (!buffer.has("expected")) continue;
            byte[] got = kernels.read(places[i], buffers.get(names.get(i)).length);
            assertNear(buffer.get("type").asText(), got, buffer, one.get("name") + ": " + names.get(i));
        }
    }

    private static byte[] initial(JsonNode buffer) {
        if (buffer.has("data")) return decode(buffer.get("data"));
        if (buffer.has("bytes")) return new byte[buffer.get("bytes").asInt()];
        int width = Map.of("f64", 8, "i8", 1).getOrDefault(buffer.get("type").asText(), 4);
        return new byte[decode(buffer.get("expected")).length / 8 * width];
    }

    /** The exports that take an f32, and where (kernels/README.md). */
    private static boolean isFloat(String export, int position) {
        return switch (export) {
            case "axpy_f32" -> position == 0;
            case "homeostatic_push_f32", "blend_f32" -> position == 5;
            default -> false;
        };
    }

    @ParameterizedTest
    @MethodSource("everyModules")
    void studentsAndAdaptersGiveWhatTypeScriptGives(Modules modules) throws IOException {
        for (String name : List.of("cases.json", "words.json", "gated.json")) {
            check(modules, JSON.readTree(Assets.hostFile(name)));
        }
    }

    private static void check(Modules modules, JsonNode cases) throws IOException {
        List<String> texts = StreamSupport.stream(cases.get("texts").spliterator(), false).map(JsonNode::asText).toList();
        Host host = modules.openHost();
        Student student = host.openStudent(Assets.hostFile(cases.get("student").asText()));
        assertArrayEquals(JSON.treeToValue(cases.get("ids"), int[][].class), student.tokenIds(texts));
        assertEquals(cases.get("fingerprint").asText(), student.fingerprint());
        assertArrayEquals(Numbers.toFloats(decode(cases.get("base"))), student.encode(texts).data(), 1e-6f);
        for (JsonNode one : cases.get("adapters")) {
            String file = one.get("file").asText();
            Adapter adapter = host.openAdapter(Assets.hostFile(file), student);
            assertEquals(one.get("fingerprint").asText(), adapter.fingerprint());
            assertEquals(one.get("dims").asInt(), adapter.dOut());
            Matrix got = adapter.correctTexts(texts);
            float bound = (float) one.get("bound").asDouble();
            assertArrayEquals(Numbers.toFloats(decode(one.get("expected"))), got.data(), bound, file);
            for (int i = 0; i < texts.size(); i++) {
                assertArrayEquals(got.row(i), adapter.correctTexts(List.of(texts.get(i))).data(), 1e-6f, texts.get(i));
            }
        }
    }
}

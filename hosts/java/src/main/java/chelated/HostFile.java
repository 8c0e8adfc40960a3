package chelated;

import static chelated.ChelatedException.corrupt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** A file as docs/abi.md lays it out, its hash and its layout checked. */
final class HostFile {
    private static final int FORMAT = 1;
    private static final int HEADER = 144;
    private static final int ENTRY = 32;
    private static final int HASHED_FROM = 44;

    enum Content { STUDENT, ADAPTER, GATED_STUDENT, GATED_ADAPTER }

    enum TermFrequency { NONE, COUNT, LOG }

    enum Type {
        F32(4), I8(1), U32(4), I32(4), U8(1);

        final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    record Section(Type type, int rows, int dims, byte[] bytes) {}

    final Content content;
    final Kind kind;
    final OutputSpace outputSpace;
    final String baseFingerprint;
    final String fingerprint;
    final int dIn;
    final int dOut;
    final TermFrequency termFrequency;
    private final Map<String, Section> sections = new HashMap<>();

    /** A file of one of the contents wanted. */
    HostFile(byte[] file, Content... wanted) {
        ByteBuffer words = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (file.length < HEADER || !new String(file, 0, 8, StandardCharsets.ISO_8859_1).equals("chelated")) {
            throw corrupt(file.length + " bytes do not begin as a host file does");
        }
        if (words.getInt(8) != FORMAT) {
            throw new ChelatedException(
                    Code.ADAPTER_VERSION,
                    "the host file has format %d, this build reads %d; export it again"
                            .formatted(Integer.toUnsignedLong(words.getInt(8)), FORMAT));
        }
        if (!Arrays.equals(sha256(file), 0, 32, file, 12, HASHED_FROM)) {
            throw corrupt("the hash is not that of the content");
        }
        int got = words.getInt(HASHED_FROM);
        content = Arrays.stream(wanted)
                .filter(one -> 1 + one.ordinal() == got)
                .findFirst()
                .orElseThrow(() -> corrupt("expected the file of a " + wanted[0] + ", got content " + got));
        baseFingerprint = HexFormat.of().formatHex(file, 48, 80);
        fingerprint = HexFormat.of().formatHex(file, 80, 112);
        dIn = words.getInt(112);
        dOut = words.getInt(116);
        if (dIn <= 0 || dOut <= 0) throw corrupt("widths " + dIn + " and " + dOut);
        kind = pick(Kind.values(), words.getInt(120), "kind");
        outputSpace = pick(OutputSpace.values(), words.getInt(124), "output space");
        termFrequency = pick(TermFrequency.values(), words.getInt(128), "term frequency");
        int count = words.getInt(132);
        if (count < 0 || count > (file.length - HEADER) / ENTRY) throw corrupt(count + " sections do not fit");
        for (int i = 0; i < count; i++) readSection(file, words, HEADER + i * ENTRY);
    }

    /** The section of that name, which must have the type, and the shape where it is not negative; null where there is none. */
    Section take(String name, Type type, int rows, int dims) {
        Section section = sections.get(name);
        if (section == null) return null;
        if (section.type != type || rows >= 0 && section.rows != rows || dims >= 0 && section.dims != dims) {
            throw corrupt("section %s is %s %d × %d, expected %s %d × %d"
                    .formatted(name, section.type, section.rows, section.dims, type, rows, dims));
        }
        return section;
    }

    Section demand(String name, Type type, int rows, int dims) {
        Section section = take(name, type, rows, dims);
        if (section == null) throw corrupt("no section " + name);
        return section;
    }

    private void readSection(byte[] file, ByteBuffer words, int entry) {
        String name = new String(file, entry, 16, StandardCharsets.ISO_8859_1).replace("\0", "");
        Type type = pick(Type.values(), words.getInt(entry + 16) - 1, "type of " + name);
        int rows = words.getInt(entry + 20);
        int dims = words.getInt(entry + 24);
        int at = words.getInt(entry + 28);
        boolean sizes = rows >= 0 && dims >= 0 && at >= 0 && at <= file.length;
        if (!sizes || dims != 0 && rows > (file.length - at) / dims / type.bytes) {
            throw corrupt("section " + name + " does not fit");
        }
        sections.put(name, new Section(type, rows, dims, Arrays.copyOfRange(file, at, at + rows * dims * type.bytes)));
    }

    private static <T> T pick(T[] values, int index, String what) {
        if (index < 0 || index >= values.length) throw corrupt(what + " " + index + " is unknown");
        return values[index];
    }

    private static byte[] sha256(byte[] file) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(file, HASHED_FROM, file.length - HASHED_FROM);
            return digest.digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }
}

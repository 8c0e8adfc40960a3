package chelated;

import chelated.HostFile.Type;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A vocabulary in the memory of a WordPiece instance. */
final class Tokenizer {
    /** Tokens beyond the table, of words and pairs of words. */
    final int buckets;

    private final Instance module;
    private final int model;
    private final int maxTokens;
    private final int maxBytes;

    Tokenizer(Instance module, HostFile file, int vocabulary) {
        this.module = module;
        int[] rules = Numbers.toInts(file.demand("rules", Type.U32, 5, 1).bytes());
        int maxCharacters = rules[1];
        maxTokens = rules[3];
        maxBytes = rules[4];
        int bits = rules[2] >>> 8;
        buckets = bits == 0 ? 0 : 1 << bits;
        byte[] texts = file.demand("texts", Type.U8, -1, 1).bytes();
        byte[] prefix = file.demand("prefix", Type.U8, -1, 1).bytes();
        int textsAt = module.keep(texts);
        int offsets = module.keep(file.demand("offsets", Type.U32, vocabulary + 1, 1).bytes());
        int kinds = module.keep(file.demand("kinds", Type.U8, vocabulary, 1).bytes());
        int prefixAt = module.keep(prefix);
        int size = module.call("wordpiece_bytes", kinds, vocabulary, maxCharacters);
        model = module.keep(new byte[size]);
        if (size == 0
                || module.call(
                                "wordpiece_open",
                                textsAt, texts.length, offsets, kinds, vocabulary, prefixAt, prefix.length,
                                rules[0], maxCharacters, rules[2], model)
                        != 1) {
            throw ChelatedException.corrupt("the vocabulary of " + vocabulary + " tokens is not WordPiece's");
        }
    }

    int[][] tokenIds(List<String> texts) {
        int[][] lists = new int[texts.size()][];
        for (int from = 0; from < lists.length; from += Host.BLOCK_ROWS) {
            int to = Math.min(lists.length, from + Host.BLOCK_ROWS);
            encode(texts.subList(from, to), from, lists);
        }
        return lists;
    }

    private void encode(List<String> texts, int first, int[][] lists) {
        int n = texts.size();
        int[] offsets = new int[n + 1];
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (int i = 0; i < n; i++) {
            joined.writeBytes(utf8(texts.get(i), first + i));
            offsets[i + 1] = joined.size();
        }
        byte[] bytes = joined.toByteArray();
        int idsPerToken = buckets == 0 ? 1 : 3; // itself, its word's bucket and its pair's
        int room = Math.toIntExact(idsPerToken * Math.min((long) n * maxTokens, bytes.length));
        int[] at = module.scratch(4L * (n + 1), 4L * (n + 1), 4L * room, bytes.length);
        module.write(at[0], Numbers.bytes(offsets));
        module.write(at[3], bytes);
        int found = module.call("wordpiece_encode", model, at[3], bytes.length, at[0], n, maxTokens, at[2], room, at[1]);
        int[] ids = Numbers.toInts(module.read(at[2], 4 * found));
        int[] rows = Numbers.toInts(module.read(at[1], 4 * (n + 1)));
        for (int i = 0; i < n; i++) lists[first + i] = Arrays.copyOfRange(ids, rows[i], rows[i + 1]);
    }

    private byte[] utf8(String text, int position) {
        // Java would write a lone surrogate as a question mark.
        String whole = text.codePoints().anyMatch(c -> c >= 0xd800 && c < 0xe000)
                ? text.codePoints()
                        .map(c -> c >= 0xd800 && c < 0xe000 ? 0xfffd : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString()
                : text;
        byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > maxBytes) {
            throw new ChelatedException(
                    Code.TOO_LARGE,
                    "text %d has %d bytes, at most %d are read; split it".formatted(position, bytes.length, maxBytes));
        }
        return bytes;
    }
}

package chelated;

import chelated.HostFile.Type;
import java.util.List;

/** A static student: a token table and a tokenizer, in the memory of its host. */
public final class Student {
    final Host host;
    final Table table;
    private final String fingerprint;
    private final int dims;
    private final float[] weights;
    private final Gate gate; // null where tokens count as often as they occur
    private final Tokenizer tokenizer;

    Student(Host host, byte[] bytes) {
        HostFile file = new HostFile(bytes, HostFile.Content.STUDENT, HostFile.Content.GATED_STUDENT);
        this.host = host;
        fingerprint = file.fingerprint;
        dims = file.dOut;
        weights = Numbers.toFloats(file.demand("weights", Type.F32, -1, 1).bytes());
        table = Table.keep(host.kernels, file, "rows", "scales", weights.length, dims);
        boolean gated = file.content == HostFile.Content.GATED_STUDENT;
        gate = gated ? new Gate(host.kernels, file, table, weights) : null;
        tokenizer = new Tokenizer(host.wordPiece, file, weights.length);
    }

    /** Marks the vectors that come out. */
    public String fingerprint() {
        return fingerprint;
    }

    public int dims() {
        return dims;
    }

    int vocabulary() {
        return weights.length + tokenizer.buckets;
    }

    /** The tokens that have a row in the table. */
    Sparse inTable(Sparse tokens) {
        return tokens.only(id -> id < table.rows() ? id : -1);
    }

    /** Each token counted as often as the gate lets it, where there is one. */
    Tokens weigh(Tokens tokens) {
        return gate == null ? tokens : gate.weigh(tokens);
    }

    /** Token ids of each text in reading order. Lone surrogates count as U+FFFD. */
    public int[][] tokenIds(List<String> texts) {
        synchronized (host) {
            return tokenizer.tokenIds(texts);
        }
    }

    /** The tokens of the texts, as adapters take them. */
    public Tokens tokenize(List<String> texts) {
        return Tokens.count(tokenIds(texts));
    }

    /** Base vectors of the texts: unit rows, zero for a text without any token. */
    public Matrix encode(List<String> texts) {
        return encode(tokenize(texts));
    }

    /** Base vectors of texts that were tokenized before. */
    public Matrix encode(Tokens tokens) {
        tokens.check(vocabulary());
        Matrix out = Matrix.zeros(tokens.texts(), dims);
        synchronized (host) {
            for (int from = 0; from < tokens.texts(); from += Host.BLOCK_ROWS) {
                Tokens block = weigh(tokens.slice(from, Math.min(tokens.texts(), from + Host.BLOCK_ROWS)));
                Sparse weighted = inTable(new Sparse(block.offsets, block.ids, block.counts));
                for (int e = 0; e < weighted.ids().length; e++) weighted.values()[e] *= weights[weighted.ids()[e]];
                Matrix sums = table.bag(host.kernels, weighted);
                out.put(from, host.normalize(sums));
            }
        }
        return out;
    }
}

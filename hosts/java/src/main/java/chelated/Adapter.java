package chelated;

import chelated.HostFile.Type;
import java.util.Arrays;
import java.util.List;

/** A learned map in the memory of its host: corrected vector = normalise(A(input)). */
public final class Adapter {
    private final Host host;
    private final Student student;
    private final HostFile file;
    private final Linear linear;
    private final Linear into;
    private final float[] intoBias;
    private final Linear out;
    private final float[] bias;
    private final TokenPart tokens;

    Adapter(Host host, byte[] bytes, Student student) {
        this.host = host;
        this.student = student;
        file = new HostFile(bytes, HostFile.Content.ADAPTER, HostFile.Content.GATED_ADAPTER);
        if (student != null && (student.host != host || !student.fingerprint().equals(file.baseFingerprint))) {
            throw new ChelatedException(
                    Code.ADAPTER_WRONG_MODEL,
                    "the adapter was fitted for student %.12s…, this one is %.12s…; use that student, opened by the same host"
                            .formatted(file.baseFingerprint, student.fingerprint()));
        }
        if (file.content == HostFile.Content.GATED_ADAPTER && file.kind.needsTokens() && student == null) {
            throw new ChelatedException(
                    Code.ADAPTER_WRONG_MODEL,
                    "the student %.12s… of the %s adapter weighs tokens by their text; open it with that student"
                            .formatted(file.baseFingerprint, file.kind));
        }
        Instance kernels = host.kernels;
        linear = Linear.take(kernels, file, "map", file.dOut, file.dIn);
        if (linear == null && file.dIn != file.dOut) {
            throw ChelatedException.corrupt("without a map, %d numbers in cannot be %d out".formatted(file.dIn, file.dOut));
        }
        bias = list("bias", file.dOut);
        boolean hidden = file.kind == Kind.LOWRANK || file.kind == Kind.MLP;
        into = hidden ? Linear.demand(kernels, file, "into", -1, file.dIn) : null;
        intoBias = hidden ? list("into_bias", into.dOut()) : null;
        out = hidden ? Linear.demand(kernels, file, "out", file.dOut, into.dOut()) : null;
        tokens = file.kind.needsTokens() ? new TokenPart(kernels, file) : null;
        if (file.kind == Kind.LEXICAL
                && (student == null || student.vocabulary() != tokens.vocabulary() || student.dims() != file.dIn)) {
            throw new ChelatedException(
                    Code.ADAPTER_WRONG_MODEL,
                    "the lexical adapter falls back on a student's token table of %d × %d; open it with that student"
                            .formatted(tokens.vocabulary(), file.dIn));
        }
    }

    public Kind kind() {
        return file.kind;
    }

    public OutputSpace outputSpace() {
        return file.outputSpace;
    }

    /** Of the student it was fitted for. */
    public String baseFingerprint() {
        return file.baseFingerprint;
    }

    /** Marks the vectors that come out. */
    public String fingerprint() {
        return file.fingerprint;
    }

    public int dIn() {
        return file.dIn;
    }

    public int dOut() {
        return file.dOut;
    }

    /** Tokenizes, encodes and corrects. */
    public Matrix correctTexts(List<String> texts) {
        if (student == null) {
            throw new ChelatedException(
                    Code.INVALID_INPUT, "the adapter was opened without a student; give vectors or tokens to correct");
        }
        Tokens read = student.tokenize(texts);
        return correct(file.kind.needsVectors() ? student.encode(read) : null, read);
    }

    /**
     * Unit rows, or exactly zero for a zero input. Give what the kind needs, base vectors, tokens or both; null for the other.
     * Tokens are counted as they occur: where the student has a context gate, the adapter has it weigh them.
     */
    public Matrix correct(Matrix vectors, Tokens given) {
        Matrix x = file.kind.needsVectors() ? checkVectors(vectors) : null;
        Tokens read = file.kind.needsTokens() ? checkTokens(given) : null;
        int n = x == null ? read.texts() : x.rows();
        if (read != null && read.texts() != n) {
            throw new ChelatedException(
                    Code.SHAPE_MISMATCH,
                    "%d vectors and the tokens of %d texts; give both of the same texts".formatted(n, read.texts()));
        }
        Matrix corrected = Matrix.zeros(n, file.dOut);
        synchronized (host) {
            for (int from = 0; from < n; from += Host.BLOCK_ROWS) {
                int to = Math.min(n, from + Host.BLOCK_ROWS);
                corrected.put(from, step(x == null ? null : x.slice(from, to), read == null ? null : read.slice(from, to)));
            }
        }
        corrected.checkFinite("corrected vectors");
        return corrected;
    }

    /** One block; the terms are added in the order of docs/abi.md. */
    private Matrix step(Matrix x, Tokens read) {
        Instance kernels = host.kernels;
        int n = x == null ? read.texts() : x.rows();
        Sparse features = null;
        if (read != null) features = tokens.features(student == null ? read : student.weigh(read));
        Matrix base = x;
        if (file.kind == Kind.LEXICAL) {
            Sparse rest = student.inTable(tokens.withoutRow(features));
            base = rest.ids().length == 0 ? null : student.table.bag(kernels, rest);
        }
        Matrix y = null;
        if (base != null) {
            y = linear == null ? new Matrix(n, file.dOut, base.data().clone()) : linear.apply(kernels, base);
            if (into != null) add(y, out.apply(kernels, activate(into.apply(kernels, base))));
        }
        if (features != null) {
            Sparse known = tokens.withRow(features);
            if (known.ids().length > 0) {
                Matrix sums = tokens.table.bag(kernels, known);
                if (y == null) y = sums;
                else add(y, sums);
            }
        }
        if (y == null) y = Matrix.zeros(n, file.dOut);
        addBias(y, bias);
        Matrix unit = host.normalize(y);
        for (int i = 0; i < n; i++) {
            boolean nothing = (x == null || x.isZero(i)) && (features == null || features.isZero(i));
            if (nothing) Arrays.fill(unit.data(), i * file.dOut, (i + 1) * file.dOut, 0);
        }
        return unit;
    }

    private Matrix activate(Matrix hidden) {
        if (intoBias == null) return hidden;
        addBias(hidden, intoBias);
        for (int e = 0; e < hidden.data().length; e++) hidden.data()[e] = Math.max(hidden.data()[e], 0);
        return hidden;
    }

    private static void add(Matrix y, Matrix term) {
        for (int e = 0; e < y.data().length; e++) y.data()[e] += term.data()[e];
    }

    private static void addBias(Matrix y, float[] bias) {
        if (bias == null) return;
        for (int e = 0; e < y.data().length; e++) y.data()[e] += bias[e % bias.length];
    }

    private float[] list(String name, int length) {
        HostFile.Section section = file.take(name, Type.F32, length, 1);
        return section == null ? null : Numbers.toFloats(section.bytes());
    }

    private Matrix checkVectors(Matrix x) {
        if (x == null) {
            throw new ChelatedException(
                    Code.INVALID_INPUT, "the " + file.kind + " adapter needs base vectors, got none; encode the texts first");
        }
        if (x.dims() != file.dIn) {
            throw new ChelatedException(
                    Code.SHAPE_MISMATCH,
                    "adapter expects d=%d, got vectors with d=%d; fit it again for this model"
                            .formatted(file.dIn, x.dims()));
        }
        x.checkFinite("vectors to correct");
        return x;
    }

    private Tokens checkTokens(Tokens read) {
        if (read == null) {
            throw new ChelatedException(
                    Code.TEXT_REQUIRED,
                    "the " + file.kind + " adapter needs the texts' tokens, got vectors alone; give the texts");
        }
        read.check(tokens.vocabulary());
        return read;
    }
}

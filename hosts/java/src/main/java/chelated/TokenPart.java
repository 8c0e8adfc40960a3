package chelated;

import chelated.HostFile.TermFrequency;
import chelated.HostFile.Type;

/** The rows that an adapter has for tokens of its own. */
final class TokenPart {
    final Table table;
    private final int[] rowOf;
    private final float[] weights;
    private final TermFrequency termFrequency;

    TokenPart(Instance kernels, HostFile file) {
        rowOf = Numbers.toInts(file.demand("row_of", Type.I32, -1, 1).bytes());
        weights = Numbers.toFloats(file.demand("token_weights", Type.F32, rowOf.length, 1).bytes());
        file.demand("token_scales", Type.F32, -1, 1);
        table = Table.keep(kernels, file, "token_rows", "token_scales", -1, file.dOut);
        termFrequency = file.termFrequency;
        if (termFrequency == TermFrequency.NONE) throw ChelatedException.corrupt("token rows without a term frequency");
    }

    int vocabulary() {
        return rowOf.length;
    }

    /** φ: weights·tf(count), to unit length over each text. */
    Sparse features(Tokens tokens) {
        return Sparse.ofUnitRows(tokens.offsets, tokens.ids, e -> {
            double count = tokens.counts[e];
            return weights[tokens.ids[e]] * (termFrequency == TermFrequency.LOG ? Math.log1p(count) : count);
        });
    }

    Sparse withRow(Sparse features) {
        return features.only(id -> rowOf[id]);
    }

    Sparse withoutRow(Sparse features) {
        return features.only(id -> rowOf[id] < 0 ? id : -1);
    }
}

package chelated;

/** What an adapter is made of. */
public enum Kind {
    IDENTITY,
    ORTHOGONAL,
    AFFINE,
    LEXICAL,
    RESIDUAL,
    LOWRANK,
    MLP;

    boolean needsTokens() {
        return this == LEXICAL || this == RESIDUAL;
    }

    boolean needsVectors() {
        return this != LEXICAL;
    }
}

package chelated;

/** The one exception of this package. */
public final class ChelatedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Code code;

    ChelatedException(Code code, String message) {
        this(code, message, null);
    }

    ChelatedException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    static ChelatedException corrupt(String why) {
        return new ChelatedException(
                Code.ADAPTER_CORRUPT, "not a host file, or altered: " + why + "; copy or export it again");
    }

    public Code code() {
        return code;
    }
}

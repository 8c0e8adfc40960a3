package chelated;

/** The space of the corrected vectors. */
public enum OutputSpace {
    STUDENT,
    TEACHER
}

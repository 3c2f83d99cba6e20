package io.millrace.broker.cluster;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;

/** What a topic may be called. */
public final class TopicNames {
    public static final int MAX_LENGTH = 249;

    private TopicNames() {}

    /** Whether a name follows the rules by itself, whatever other topics there are. */
    public static boolean isLegal(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_LENGTH
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().allMatch(TopicNames::isLegal);
    }

    /** Throws INVALID_TOPIC_EXCEPTION unless the name {@link #isLegal}. */
    public static void check(String name) {
        if (isLegal(name)) {
            return;
        }
        String shown = name.length() > MAX_LENGTH ? name.substring(0, 20) + "..." : name;
        throw new ApiException(
                ErrorCode.INVALID_TOPIC_EXCEPTION,
                "Topic name '" + shown + "' is not allowed: it must have 1 to " + MAX_LENGTH
                        + " characters out of a-z, A-Z, 0-9, '.', '_' and '-', and not be '.' or '..'");
    }

    /** The part that a name has in names of metrics, where '.' is written as '_'. */
    public static String inMetrics(String name) {
        return name.replace('.', '_');
    }

    /** Whether two names fall together where '.' is written as '_', as in the names of metrics. */
    public static boolean collide(String a, String b) {
        return a.length() == b.length() && inMetrics(a).equals(inMetrics(b));
    }

    private static boolean isLegal(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }
}

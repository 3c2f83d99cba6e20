package io.millrace.broker.api;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/** What a request names more than once: its parts are done side by side, so that nobody could say which would count. */
public final class Repeated {
    private Repeated() {}

    /** Those that stand in the stream more than once. */
    public static <T> Set<T> in(Stream<T> names) {
        Set<T> seen = new HashSet<>();
        Set<T> repeated = new HashSet<>();
        names.filter(name -> !seen.add(name)).forEach(repeated::add);
        return repeated;
    }
}

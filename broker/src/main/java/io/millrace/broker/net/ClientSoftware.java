package io.millrace.broker.net;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many connections there are of which client library, as clients say themselves: at most {@value #MOST} kinds, all
 * others are counted as one.
 *
 * <p>Threading: any thread.
 */
final class ClientSoftware {
    /** Of those who have not said it, or too long. */
    static final Kind UNKNOWN = new Kind("unknown", "unknown");

    private static final Kind OTHER = new Kind("other", "other");
    private static final int MOST = 50;
    private static final int LONGEST = 64;

    private final Map<Kind, Integer> connections = new ConcurrentHashMap<>();

    /** What a client calls itself. */
    record Kind(String name, String version) {
        static Kind of(String name, String version) {
            boolean isSaid = !name.isEmpty() && name.length() <= LONGEST && version.length() <= LONGEST;
            return isSaid ? new Kind(name, version) : UNKNOWN;
        }
    }

    /** Is told, on the event loop of a connection, what its client says that it is. */
    interface Listener {
        void isOf(Kind kind);
    }

    /** A connection is of this kind. Returns what is to be given back. */
    Kind add(Kind kind) {
        Kind counted = connections.size() < MOST || connections.containsKey(kind) ? kind : OTHER;
        connections.merge(counted, 1, Integer::sum);
        return counted;
    }

    /** It is gone, or turned out to be of another kind. */
    void remove(Kind counted) {
        connections.computeIfPresent(counted, (kind, count) -> count == 1 ? null : count - 1);
    }

    Set<Kind> kinds() {
        return connections.keySet();
    }

    int count(Kind kind) {
        return connections.getOrDefault(kind, 0);
    }
}

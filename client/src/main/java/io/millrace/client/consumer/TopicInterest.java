package io.millrace.client.consumer;

import io.millrace.client.net.Routing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which topics are to be kept known, and for what: one that is read and divided among members stays until it is neither.
 *
 * <p>Threading: the I/O thread.
 */
final class TopicInterest {
    private final Routing routing;
    private final Map<Purpose, Set<String>> wanted = new HashMap<>();

    enum Purpose {
        READING,
        LEADING
    }

    TopicInterest(Routing routing) {
        this.routing = routing;
    }

    /** These, and no others, for this purpose. */
    void want(Purpose purpose, Set<String> topics) {
        Set<String> before = all();
        wanted.put(purpose, Set.copyOf(topics));
        Set<String> now = all();
        now.stream().filter(topic -> !before.contains(topic)).forEach(routing::track);
        before.stream().filter(topic -> !now.contains(topic)).forEach(routing::untrack);
    }

    private Set<String> all() {
        Set<String> all = new HashSet<>();
        wanted.values().forEach(all::addAll);
        return all;
    }
}

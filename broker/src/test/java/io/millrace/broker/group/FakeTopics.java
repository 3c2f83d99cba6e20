package io.millrace.broker.group;

import io.millrace.protocol.Uuid;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Topics that a test makes and deletes. Any thread. */
public final class FakeTopics implements Topics {
    private record Topic(Uuid id, int partitions) {}

    private final Map<String, Topic> topics = new HashMap<>();
    private long made;

    /** Makes a topic with an id of its own, in place of one of that name. */
    public synchronized Uuid make(String name, int partitions) {
        Uuid id = new Uuid(7, ++made);
        topics.put(name, new Topic(id, partitions));
        return id;
    }

    public synchronized void delete(String name) {
        topics.remove(name);
    }

    @Override
    public synchronized int partitions(String topic) {
        return topics.containsKey(topic) ? topics.get(topic).partitions() : 0;
    }

    @Override
    public synchronized Optional<Uuid> id(String topic) {
        return Optional.ofNullable(topics.get(topic)).map(Topic::id);
    }

    @Override
    public synchronized Optional<String> name(Uuid id) {
        return topics.entrySet().stream()
                .filter(topic -> topic.getValue().id().equals(id))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}

package io.millrace.broker.group;

import io.millrace.protocol.Uuid;
import java.util.Optional;

/** Which topics there are, as this broker knows at the moment. Any thread; must not block. */
public interface Topics {

    /** How many partitions a topic has; 0 if there is no such topic. */
    int partitions(String topic);

    /** The id of a topic, if there is such a topic and it has one. */
    Optional<Uuid> id(String topic);

    /** The name of the topic of an id, if there is one. */
    Optional<String> name(Uuid id);
}

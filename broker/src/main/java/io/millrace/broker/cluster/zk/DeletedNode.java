package io.millrace.broker.cluster.zk;

import io.millrace.protocol.Uuid;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;

/**
 * {@code /millrace/deleted/<topic id>-<sequence>}: notes that a topic was deleted, for brokers that were down then and
 * still hold replicas of it. Ours alone: Apache Kafka has no such path.
 *
 * <p>The id is in the name, so that one list tells all; the value only names the topic for those who look. The sequence is
 * ZooKeeper's own, and says which notes are the oldest.
 */
final class DeletedNode {
    static final String PARENT = "/millrace";
    static final String ROOT = PARENT + "/deleted";

    /** Oldest first. A sequence number has ten digits, so that texts sort as numbers. */
    static final Comparator<String> BY_AGE = Comparator.comparing(name -> name.substring(name.lastIndexOf('-') + 1));

    private static final int VERSION = 1;

    private DeletedNode() {}

    static Op create(String topic, Uuid id) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", VERSION);
        fields.put("topic", topic);
        return Op.create(
                ROOT + "/" + id + "-", Json.bytes(fields), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
    }

    /** The topic that a child of the root speaks of; empty if no broker made it. */
    static Optional<Uuid> topicId(String name) {
        try {
            return Optional.of(Uuid.parse(name.substring(0, Math.max(0, name.lastIndexOf('-')))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

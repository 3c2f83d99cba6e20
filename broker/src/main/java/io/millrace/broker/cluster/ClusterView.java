package io.millrace.broker.cluster;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * The cluster at one moment, as this broker knows it. Immutable: requests read it without a lock, and never ask the
 * store.
 */
public final class ClusterView {
    private final String clusterId;
    private final SortedMap<Integer, BrokerRegistration> brokers;
    private final Map<String, TopicState> topics;
    private final Map<Uuid, String> namesById;
    private final Map<ConfigScope, Map<String, String>> configs;
    private final Set<String> unreadable;

    /** The maps are the view's own from now on: whoever built them no longer touches them. */
    ClusterView(
            String clusterId,
            SortedMap<Integer, BrokerRegistration> brokers,
            Map<String, TopicState> topics,
            Map<Uuid, String> namesById,
            Map<ConfigScope, Map<String, String>> configs,
            Set<String> unreadable) {
        this.clusterId = clusterId;
        this.brokers = Collections.unmodifiableSortedMap(brokers);
        this.topics = Collections.unmodifiableMap(topics);
        this.namesById = Collections.unmodifiableMap(namesById);
        this.configs = Collections.unmodifiableMap(configs);
        this.unreadable = Collections.unmodifiableSet(unreadable);
    }

    /** A cluster without brokers and topics. */
    public static ClusterView empty(String clusterId) {
        return new ClusterView(clusterId, Collections.emptySortedMap(), Map.of(), Map.of(), Map.of(), Set.of());
    }

    public String clusterId() {
        return clusterId;
    }

    /** The brokers that are alive, by id, in order of id. */
    public SortedMap<Integer, BrokerRegistration> brokers() {
        return brokers;
    }

    public Optional<BrokerRegistration> broker(int id) {
        return Optional.ofNullable(brokers.get(id));
    }

    /** Whether a broker is to take no new replicas, since an operator says so. */
    public boolean isCordoned(int brokerId) {
        return Cordon.isSet(config(new ConfigScope.Broker(brokerId)));
    }

    /** Whether a broker is to lead only what nobody else can: it is cordoned, or has no room for records. */
    public boolean isSpared(int brokerId) {
        return isCordoned(brokerId)
                || broker(brokerId).filter(BrokerRegistration::shortOfDisk).isPresent();
    }

    /** All topics, in no particular order. */
    public Collection<TopicState> topics() {
        return topics.values();
    }

    /** The names of all topics, in no particular order. */
    public Collection<String> topicNames() {
        return topics.keySet();
    }

    public Optional<TopicState> topic(String name) {
        return Optional.ofNullable(topics.get(name));
    }

    public Optional<TopicState> topic(Uuid id) {
        return Optional.ofNullable(namesById.get(id)).map(topics::get);
    }

    /**
     * Topics that exist although their value in the store cannot be read: it is damaged, or was written by a newer version.
     * They are in this view as they were last known, or not at all; then what belongs to such a name is no stray.
     */
    public Set<String> unreadableTopics() {
        return unreadable;
    }

    /** The state of a partition; empty if there is no such partition, or if it has no state yet. */
    public Optional<PartitionState> partition(TopicPartition partition) {
        TopicState topic = topics.get(partition.topic());
        return topic == null ? Optional.empty() : topic.state(partition.partition());
    }

    /** What was set for a topic, a broker, or all brokers; empty if nothing was. */
    public Map<String, String> config(ConfigScope scope) {
        return configs.getOrDefault(scope, Map.of());
    }

    /** What settings are set for. */
    public Collection<ConfigScope> configScopes() {
        return configs.keySet();
    }

    /** Starts the next view from this one. */
    public ClusterEdit edit() {
        return new ClusterEdit(this);
    }

    /** For {@link ClusterEdit}: the parts that it copies when it changes them. */
    Map<String, TopicState> topicsByName() {
        return topics;
    }

    Map<Uuid, String> namesById() {
        return namesById;
    }

    Map<ConfigScope, Map<String, String>> configs() {
        return configs;
    }
}

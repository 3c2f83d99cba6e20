package io.millrace.broker.cluster;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes the next {@link ClusterView} out of the last one. Any number of changes cost one copy of what they touch, at
 * {@link #finish}; what they do not touch is shared between the two views.
 *
 * <p>Threading: one thread.
 */
public final class ClusterEdit {
    private final ClusterView before;
    private final Map<Integer, Optional<BrokerRegistration>> brokers = new HashMap<>();
    private final Map<String, Optional<TopicState>> topics = new HashMap<>();
    private final Map<String, Map<Integer, Optional<PartitionState>>> states = new HashMap<>();
    private final Map<ConfigScope, Map<String, String>> configs = new HashMap<>();

    private final Map<String, Boolean> unreadable = new HashMap<>(); // where that may have changed

    ClusterEdit(ClusterView before) {
        this.before = before;
    }

    public boolean isEmpty() {
        return brokers.isEmpty() && topics.isEmpty() && states.isEmpty() && configs.isEmpty() && unreadable.isEmpty();
    }

    public void putBroker(BrokerRegistration broker) {
        brokers.put(broker.id(), Optional.of(broker));
    }

    public void removeBroker(int id) {
        brokers.put(id, Optional.empty());
    }

    /** A topic with a new assignment. Partition states known of the same topic id stay. */
    public void putTopic(TopicState topic) {
        Optional<TopicState> last = topic(topic.name());
        states.remove(topic.name());
        topics.put(topic.name(), Optional.of(last.map(topic::withStatesOf).orElse(topic)));
        setUnreadable(topic.name(), false);
    }

    public void removeTopic(String name) {
        states.remove(name);
        topics.put(name, Optional.empty());
        setUnreadable(name, false);
    }

    /** A topic that exists, as what cannot be read: it stays as it was last known. */
    public void putUnreadableTopic(String name) {
        setUnreadable(name, true);
    }

    private void setUnreadable(String name, boolean isSo) {
        if (before.unreadableTopics().contains(name) == isSo) {
            unreadable.remove(name);
        } else {
            unreadable.put(name, isSo);
        }
    }

    /** A partition's state, or that it has none. Without effect if there is no such partition. */
    public void putState(TopicPartition partition, Optional<PartitionState> state) {
        Optional<TopicState> topic = known(partition.topic());
        if (topic.isPresent() && topic.get().hasPartition(partition.partition())) {
            states.computeIfAbsent(partition.topic(), name -> new HashMap<>()).put(partition.partition(), state);
        }
    }

    /** What is set for a scope; nothing set is an empty map. */
    public void putConfig(ConfigScope scope, Map<String, String> config) {
        configs.put(scope, Map.copyOf(config));
    }

    /** The topic as it stands after the changes so far. */
    public Optional<TopicState> topic(String name) {
        Map<Integer, Optional<PartitionState>> changes = states.getOrDefault(name, Map.of());
        return known(name).map(topic -> changes.isEmpty() ? topic : topic.withStates(changes));
    }

    /** The topic without the partition states that are still to be folded in. */
    private Optional<TopicState> known(String name) {
        Optional<TopicState> changed = topics.get(name);
        return changed != null ? changed : before.topic(name);
    }

    /** The view after all changes, and what they touched. */
    public ClusterChange finish() {
        Set<String> touchedTopics = new HashSet<>(topics.keySet());
        touchedTopics.addAll(states.keySet());
        ClusterView after = new ClusterView(
                before.clusterId(),
                brokersAfter(),
                topicsAfter(touchedTopics),
                namesAfter(),
                configsAfter(),
                unreadableAfter());
        return new ClusterChange(before, after, brokers.keySet(), touchedTopics, configs.keySet());
    }

    private SortedMap<Integer, BrokerRegistration> brokersAfter() {
        if (brokers.isEmpty()) {
            return before.brokers();
        }
        SortedMap<Integer, BrokerRegistration> after = new TreeMap<>(before.brokers());
        brokers.forEach((id, broker) -> broker.ifPresentOrElse(b -> after.put(id, b), () -> after.remove(id)));
        return after;
    }

    private Map<String, TopicState> topicsAfter(Set<String> touched) {
        if (touched.isEmpty()) {
            return before.topicsByName();
        }
        Map<String, TopicState> after = new HashMap<>(before.topicsByName());
        touched.forEach(name -> topic(name).ifPresentOrElse(t -> after.put(name, t), () -> after.remove(name)));
        return after;
    }

    private Map<Uuid, String> namesAfter() {
        if (topics.isEmpty()) {
            return before.namesById();
        }
        Map<Uuid, String> after = new HashMap<>(before.namesById());
        topics.keySet().forEach(name -> before.topic(name).ifPresent(topic -> after.remove(topic.id())));
        topics.values().forEach(topic -> topic.ifPresent(t -> after.put(t.id(), t.name())));
        return after;
    }

    private Map<ConfigScope, Map<String, String>> configsAfter() {
        if (configs.isEmpty()) {
            return before.configs();
        }
        Map<ConfigScope, Map<String, String>> after = new HashMap<>(before.configs());
        after.putAll(configs);
        after.values().removeIf(Map::isEmpty);
        return after;
    }

    private Set<String> unreadableAfter() {
        if (unreadable.isEmpty()) {
            return before.unreadableTopics();
        }
        Set<String> after = new HashSet<>(before.unreadableTopics());
        unreadable.forEach((name, isSo) -> {
            if (isSo) {
                after.add(name);
            } else {
                after.remove(name);
            }
        });
        return after;
    }
}

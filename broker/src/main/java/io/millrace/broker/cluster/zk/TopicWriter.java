package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.cluster.TopicState.Assignment;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;

/**
 * Writes new topics and new partitions. The first transaction makes the topic, whole if it fits; the states of partitions
 * that do not fit follow in further ones. Whoever finds a partition without a state may write it, so those may meet
 * states that are there already.
 *
 * <p>Threading: event thread.
 */
final class TopicWriter {
    private static final int LARGEST_VALUE = 900_000; // ZooKeeper's own limit is 1 MiB for a whole request
    private static final byte[] EMPTY = new byte[0];

    private final ZkConnection zk;

    TopicWriter(ZkConnection zk) {
        this.zk = zk;
    }

    /** Fails with TOPIC_ALREADY_EXISTS. */
    CompletableFuture<Void> create(NewTopic topic) {
        return create(topic, false);
    }

    /** {@code configExists}: a config was left behind by something that created or deleted such a topic in part. */
    private CompletableFuture<Void> create(NewTopic topic, boolean configExists) {
        byte[] value = TopicNode.encode(topic.id(), Assignment.of(topic.replicas()));
        checkSize(topic.name(), value);
        byte[] config = ConfigNode.encode(topic.config());
        String configPath = ConfigNode.path(new ConfigScope.Topic(topic.name()));
        Batches batches = new Batches();
        batches.add(
                value.length + config.length,
                List.of(
                        create(TopicNode.path(topic.name()), value),
                        configExists ? Op.setData(configPath, config, -1) : create(configPath, config),
                        create(TopicNode.incarnation(topic.name(), topic.id()), EMPTY),
                        create(PartitionStateNode.partitionsOf(topic.name()), EMPTY)));
        addPartitions(batches, topic.name(), 0, topic.replicas());
        return zk.commit(batches.operations(0)).thenCompose(outcome -> {
            if (outcome.isDone()) {
                return commitRest(batches, topic.name());
            }
            if (outcome.code() != Code.NODEEXISTS) {
                throw outcome.unexpected("Creating topic '" + topic.name() + "'");
            }
            if (outcome.failedAt() == 1) {
                return create(topic, true);
            }
            return isOurs(topic.name(), topic.id(), outcome).thenCompose(ours -> {
                if (!ours) {
                    throw new ApiException(
                            ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + topic.name() + "' already exists");
                }
                return commitRest(batches, topic.name());
            });
        });
    }

    /** Fails with INVALID_PARTITIONS if the topic has changed, UNKNOWN_TOPIC_OR_PARTITION if it is gone. */
    CompletableFuture<Void> grow(TopicState seen, List<List<Integer>> replicasOfNew) {
        List<List<Integer>> replicas = Stream.concat(seen.assignment().replicas().stream(), replicasOfNew.stream())
                .toList();
        Assignment grown = new Assignment(
                replicas, seen.assignment().adding(), seen.assignment().removing());
        byte[] value = TopicNode.encode(seen.id(), grown);
        checkSize(seen.name(), value);
        Batches batches = new Batches();
        batches.add(
                value.length,
                List.of(
                        Op.check(TopicNode.incarnation(seen.name(), seen.id()), -1),
                        Op.setData(TopicNode.path(seen.name()), value, seen.version())));
        addPartitions(batches, seen.name(), seen.partitionCount(), replicasOfNew);
        return zk.commit(batches.operations(0)).thenCompose(outcome -> {
            if (outcome.isDone()) {
                return commitRest(batches, seen.name());
            }
            if (outcome.failedAt() == 0 && outcome.code() == Code.NONODE) {
                return new Incarnations(zk).adopt(seen.name(), seen.id()).thenCompose(adopted -> {
                    if (!adopted) {
                        throw new ApiException(
                                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + seen.name() + "'");
                    }
                    return grow(seen, replicasOfNew);
                });
            }
            if (outcome.code() != Code.BADVERSION && outcome.code() != Code.NODEEXISTS) {
                throw outcome.unexpected("Adding partitions to topic '" + seen.name() + "'");
            }
            return isWritten(seen.name(), value, seen.version() + 1, outcome).thenCompose(written -> {
                if (!written) {
                    throw new ApiException(
                            ErrorCode.INVALID_PARTITIONS,
                            "Topic '" + seen.name() + "' was changed by somebody else at the same time");
                }
                return commitRest(batches, seen.name());
            });
        });
    }

    private static void addPartitions(Batches batches, String topic, int first, List<List<Integer>> replicas) {
        for (int i = 0; i < replicas.size(); i++) {
            TopicPartition partition = new TopicPartition(topic, first + i);
            byte[] state = PartitionStateNode.encode(PartitionState.initial(replicas.get(i)));
            batches.add(
                    state.length,
                    List.of(
                            create(PartitionStateNode.directory(partition), EMPTY),
                            create(PartitionStateNode.path(partition), state)));
        }
    }

    private CompletableFuture<Void> commitRest(Batches batches, String topic) {
        List<Integer> rest = IntStream.range(1, batches.size()).boxed().toList();
        return Batches.oneByOne(rest, batch -> zk.commit(batches.operations(batch))
                .thenCompose(outcome -> outcome.code() == Code.NODEEXISTS
                        ? Batches.oneByOne(batches.groups(batch), group -> zk.commit(group)
                                .thenAccept(single -> checkState(single, topic)))
                        : CompletableFuture.completedFuture(outcome).thenAccept(done -> checkState(done, topic))));
    }

    /** A state that exists was written by the partition's first leader; one without a place, for a topic deleted again. */
    private static void checkState(Outcome outcome, String topic) {
        if (!outcome.isDone() && outcome.code() != Code.NODEEXISTS && outcome.code() != Code.NONODE) {
            throw outcome.unexpected("Writing partition states of topic '" + topic + "'");
        }
    }

    /** Whether the topic that is in the way was made by this very call, whose first answer was lost. */
    private CompletableFuture<Boolean> isOurs(String topic, Uuid id, Outcome outcome) {
        if (!outcome.repeated()) {
            return CompletableFuture.completedFuture(false);
        }
        return zk.read(TopicNode.incarnation(topic, id)).thenApply(node -> node.isPresent());
    }

    private CompletableFuture<Boolean> isWritten(String topic, byte[] value, int version, Outcome outcome) {
        if (!outcome.repeated()) {
            return CompletableFuture.completedFuture(false);
        }
        return zk.read(TopicNode.path(topic))
                .thenApply(node -> node.filter(n -> n.version() == version && Arrays.equals(n.data(), value))
                        .isPresent());
    }

    /** Fails with INVALID_PARTITIONS where a topic is too large for one znode. */
    static void checkSize(String topic, byte[] value) {
        if (value.length > LARGEST_VALUE) {
            throw new ApiException(
                    ErrorCode.INVALID_PARTITIONS,
                    "Topic '" + topic + "' has too many partitions and replicas for ZooKeeper: its assignment takes "
                            + value.length + " bytes, and " + LARGEST_VALUE + " are possible");
        }
    }

    private static Op create(String path, byte[] data) {
        return Op.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }
}

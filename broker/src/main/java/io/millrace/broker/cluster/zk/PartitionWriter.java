package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.PartitionWrite;
import io.millrace.broker.cluster.PartitionWrite.Conflict;
import io.millrace.broker.cluster.PartitionWrite.Written;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versioned write of a partition's state. One transaction: the topic's incarnation is there, and the state has the
 * version that was read; where it matters, so has the assignment.
 *
 * <p>Threading: event thread.
 */
final class PartitionWriter {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionWriter.class);
    private static final int INCARNATION = 0; // its place in the transaction

    private final ZkConnection zk;
    private final ViewKeeper keeper;

    PartitionWriter(ZkConnection zk, ViewKeeper keeper) {
        this.zk = zk;
        this.keeper = keeper;
    }

    CompletableFuture<PartitionWrite> compareAndSet(
            Uuid topicId, TopicPartition partition, int expectedVersion, PartitionState next) {
        return new Write(topicId, partition, expectedVersion, next, Optional.empty()).commit(true);
    }

    /** Only if the topic's assignment is as it was seen, too. */
    CompletableFuture<PartitionWrite> compareAndSet(TopicState seen, int partition, PartitionState next) {
        TopicPartition id = new TopicPartition(seen.name(), partition);
        return new Write(seen.id(), id, next.version(), next, Optional.of(seen.version())).commit(true);
    }

    private final class Write {
        private final Uuid topicId;
        private final TopicPartition partition;
        private final int expectedVersion;
        private final PartitionState written;
        private final byte[] data;
        private final Optional<Integer> assignmentVersion;
        private boolean repeated;

        Write(
                Uuid topicId,
                TopicPartition partition,
                int expectedVersion,
                PartitionState next,
                Optional<Integer> assignmentVersion) {
            this.assignmentVersion = assignmentVersion;
            this.topicId = topicId;
            this.partition = partition;
            this.expectedVersion = expectedVersion;
            this.written = next.withVersion(expectedVersion + 1); // that of a new znode is 0
            this.data = PartitionStateNode.encode(next);
        }

        /** {@code withDirectory}: whether a first state needs the znode around it as well. */
        CompletableFuture<PartitionWrite> commit(boolean withDirectory) {
            return zk.commit(operations(withDirectory)).thenCompose(outcome -> {
                repeated |= outcome.repeated();
                if (outcome.isDone()) {
                    return visible(Znode.written(data, written.version()), new Written(written));
                }
                boolean exists = outcome.code() == Code.NODEEXISTS;
                boolean absent = outcome.code() == Code.NONODE;
                if (absent && outcome.failedAt() == INCARNATION) {
                    return new Incarnations(zk)
                            .adopt(partition.topic(), topicId)
                            .thenCompose(adopted -> adopted ? commit(withDirectory) : topicGone());
                }
                if (exists && withDirectory && outcome.failedAt() == INCARNATION + 1) {
                    return commit(false);
                }
                if (exists || absent || outcome.code() == Code.BADVERSION) {
                    return zk.read(PartitionStateNode.path(partition)).thenCompose(this::compare);
                }
                throw outcome.unexpected("Writing the state of " + partition);
            });
        }

        private List<Op> operations(boolean withDirectory) {
            List<Op> ops = new ArrayList<>();
            ops.add(Op.check(TopicNode.incarnation(partition.topic(), topicId), -1));
            if (expectedVersion != PartitionState.UNWRITTEN) {
                ops.add(Op.setData(PartitionStateNode.path(partition), data, expectedVersion));
                assignmentVersion.ifPresent(version -> ops.add(Op.check(TopicNode.path(partition.topic()), version)));
                return ops;
            }
            if (withDirectory) {
                ops.add(create(PartitionStateNode.directory(partition), new byte[0]));
            }
            ops.add(create(PartitionStateNode.path(partition), data));
            return ops;
        }

        /** Somebody was there first; or it was this very write, whose first answer was lost. */
        private CompletableFuture<PartitionWrite> compare(Optional<Znode> found) {
            if (found.isEmpty()) {
                return topicGone();
            }
            try {
                PartitionState current = PartitionStateNode.decode(found.get());
                boolean ours = repeated && current.equals(written);
                return visible(found.get(), ours ? new Written(written) : new Conflict(Optional.of(current)));
            } catch (CorruptNodeException e) {
                LOG.warn("Znode {} {}: it cannot be replaced", PartitionStateNode.path(partition), e.getMessage());
                return topicGone();
            }
        }

        private CompletableFuture<PartitionWrite> visible(Znode node, PartitionWrite result) {
            CompletableFuture<PartitionWrite> shown = new CompletableFuture<>();
            boolean maybeMoved = assignmentVersion.isPresent() && result instanceof Conflict;
            keeper.wrote(new Watched.State(partition), node, () -> {
                if (maybeMoved) { // whoever tries again at once needs to see the assignment, too
                    keeper.whenSettled(() -> shown.complete(result));
                } else {
                    shown.complete(result);
                }
            });
            return shown;
        }

        private CompletableFuture<PartitionWrite> topicGone() {
            CompletableFuture<PartitionWrite> settled = new CompletableFuture<>();
            keeper.whenSettled(() -> settled.complete(new Conflict(Optional.empty())));
            return settled;
        }

        private static Op create(String path, byte[] data) {
            return Op.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }
    }
}

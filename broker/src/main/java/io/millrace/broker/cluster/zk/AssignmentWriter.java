package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.AssignmentWrite;
import io.millrace.broker.cluster.AssignmentWrite.Conflict;
import io.millrace.broker.cluster.AssignmentWrite.Written;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.cluster.TopicState.Assignment;
import io.millrace.protocol.Uuid;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;

/**
 * The versioned write of a topic's assignment. One transaction: the topic's incarnation is there, and the assignment has
 * the version that was read.
 *
 * <p>Threading: event thread.
 */
final class AssignmentWriter {
    private static final int INCARNATION = 0; // its place in the transaction

    private final ZkConnection zk;
    private final ViewKeeper keeper;
    private final Function<Uuid, Optional<TopicState>> known;

    /** {@code known} is the topic of an id in the latest view. */
    AssignmentWriter(ZkConnection zk, ViewKeeper keeper, Function<Uuid, Optional<TopicState>> known) {
        this.zk = zk;
        this.keeper = keeper;
        this.known = known;
    }

    CompletableFuture<AssignmentWrite> change(TopicState seen, Assignment next) {
        if (next.replicas().size() != seen.partitionCount()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("An assignment of "
                    + next.replicas().size() + " partitions for topic " + seen + ": partitions are added otherwise"));
        }
        byte[] data = TopicNode.encode(seen.id(), next);
        TopicWriter.checkSize(seen.name(), data);
        return commit(seen, next, data, false);
    }

    private CompletableFuture<AssignmentWrite> commit(
            TopicState seen, Assignment next, byte[] data, boolean repeatedBefore) {
        List<Op> ops = List.of(
                Op.check(TopicNode.incarnation(seen.name(), seen.id()), -1),
                Op.setData(TopicNode.path(seen.name()), data, seen.version()));
        return zk.commit(ops).thenCompose(outcome -> {
            boolean repeated = repeatedBefore || outcome.repeated();
            if (outcome.isDone()) {
                return written(seen, next, data);
            }
            if (outcome.code() == Code.NONODE && outcome.failedAt() == INCARNATION) {
                return new Incarnations(zk)
                        .adopt(seen.name(), seen.id())
                        .thenCompose(adopted -> adopted ? commit(seen, next, data, repeated) : conflict(seen));
            }
            return switch (outcome.code()) {
                case BADVERSION -> repeated ? compare(seen, next, data) : conflict(seen);
                case NONODE -> conflict(seen);
                default -> throw outcome.unexpected("Changing the assignment of topic '" + seen.name() + "'");
            };
        });
    }

    /** Somebody was there first; or it was this very write, whose first answer was lost. */
    private CompletableFuture<AssignmentWrite> compare(TopicState seen, Assignment next, byte[] data) {
        return zk.read(TopicNode.path(seen.name())).thenCompose(found -> {
            boolean ours = found.filter(
                            node -> node.version() == seen.version() + 1 && Arrays.equals(node.data(), data))
                    .isPresent();
            return ours ? written(seen, next, data) : conflict(seen);
        });
    }

    private CompletableFuture<AssignmentWrite> written(TopicState seen, Assignment next, byte[] data) {
        int version = seen.version() + 1;
        CompletableFuture<AssignmentWrite> shown = new CompletableFuture<>();
        keeper.wrote(
                new Watched.Topic(seen.name()),
                Znode.written(data, version),
                () -> shown.complete(new Written(seen.withAssignment(next, version))));
        return shown;
    }

    private CompletableFuture<AssignmentWrite> conflict(TopicState seen) {
        CompletableFuture<AssignmentWrite> settled = new CompletableFuture<>();
        keeper.whenSettled(() -> settled.complete(new Conflict(known.apply(seen.id()))));
        return settled;
    }
}

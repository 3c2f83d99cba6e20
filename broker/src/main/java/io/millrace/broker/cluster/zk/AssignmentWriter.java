package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.AssignmentWrite;
import io.millrace.broker.cluster.AssignmentWrite.Conflict;
import io.millrace.broker.cluster.AssignmentWrite.Written;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.cluster.TopicState.Assignment;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;

/**
 * The versioned write of a topic's assignment. One transaction: the topic's incarnation is there, and the assignment has
 * the version that was read; so have the states that it depends on, which are written again as they are.
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

    CompletableFuture<AssignmentWrite> change(TopicState seen, Assignment next, Set<Integer> asSeen) {
        if (next.replicas().size() != seen.partitionCount()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("An assignment of "
                    + next.replicas().size() + " partitions for topic " + seen + ": partitions are added otherwise"));
        }
        TopicWriter.checkSize(seen.name(), TopicNode.encode(seen.id(), next));
        Map<TopicPartition, PartitionState> states = new LinkedHashMap<>();
        asSeen.stream()
                .sorted()
                .forEach(number -> states.put(
                        new TopicPartition(seen.name(), number),
                        seen.state(number).orElseThrow()));
        return commit(new Change(seen, next, states), false);
    }

    private record Change(TopicState seen, Assignment next, Map<TopicPartition, PartitionState> states) {

        byte[] data() {
            return TopicNode.encode(seen.id(), next);
        }

        List<Op> operations() {
            List<Op> ops = new ArrayList<>();
            ops.add(Op.check(TopicNode.incarnation(seen.name(), seen.id()), -1));
            ops.add(Op.setData(TopicNode.path(seen.name()), data(), seen.version()));
            states.forEach((partition, state) -> ops.add(
                    Op.setData(PartitionStateNode.path(partition), PartitionStateNode.encode(state), state.version())));
            return ops;
        }
    }

    private CompletableFuture<AssignmentWrite> commit(Change change, boolean repeatedBefore) {
        TopicState seen = change.seen();
        List<Op> ops = change.operations();
        return zk.commit(ops).thenCompose(outcome -> {
            boolean repeated = repeatedBefore || outcome.repeated();
            if (outcome.isDone()) {
                return written(change);
            }
            if (outcome.code() == Code.NONODE && outcome.failedAt() == INCARNATION) {
                return new Incarnations(zk)
                        .adopt(seen.name(), seen.id())
                        .thenCompose(adopted -> adopted ? commit(change, repeated) : conflict(seen));
            }
            return switch (outcome.code()) {
                case BADVERSION -> repeated ? compare(change) : conflict(seen);
                case NONODE -> conflict(seen);
                default -> throw outcome.unexpected("Changing the assignment of topic '" + seen.name() + "'");
            };
        });
    }

    /** Somebody was there first; or it was this very write, whose first answer was lost. */
    private CompletableFuture<AssignmentWrite> compare(Change change) {
        TopicState seen = change.seen();
        return zk.read(TopicNode.path(seen.name())).thenCompose(found -> {
            boolean ours = found.filter(
                            node -> node.version() == seen.version() + 1 && Arrays.equals(node.data(), change.data()))
                    .isPresent();
            return ours ? written(change) : conflict(seen);
        });
    }

    /** The view shows the assignment then; the states' new versions come with their events. */
    private CompletableFuture<AssignmentWrite> written(Change change) {
        TopicState seen = change.seen();
        int version = seen.version() + 1;
        CompletableFuture<AssignmentWrite> shown = new CompletableFuture<>();
        keeper.wrote(
                new Watched.Topic(seen.name()),
                Znode.written(change.data(), version),
                () -> shown.complete(new Written(seen.withAssignment(change.next(), version))));
        return shown;
    }

    private CompletableFuture<AssignmentWrite> conflict(TopicState seen) {
        CompletableFuture<AssignmentWrite> settled = new CompletableFuture<>();
        keeper.whenSettled(() -> settled.complete(new Conflict(known.apply(seen.id()))));
        return settled;
    }
}

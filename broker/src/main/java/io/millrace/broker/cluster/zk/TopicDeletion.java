package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ConfigScope;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;

/**
 * Deletes one topic: in one transaction if it fits. If not, a mark is set first, which takes the topic out of every view,
 * and it is removed with the last of the topic. The transaction that takes the topic out of the views also leaves a {@link
 * DeletedNode}, by which a broker that is down now will know its replicas for what they are.
 *
 * <p>Threading: event thread; made for one deletion.
 */
final class TopicDeletion {
    private static final int MAX_ATTEMPTS = 20;

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final ZkConnection zk;
    private final String topic;
    private final Optional<Uuid> id;
    private final String mark;
    private int attempts;
    private boolean begun;

    private TopicDeletion(ZkConnection zk, String topic, Optional<Uuid> id) {
        this.zk = zk;
        this.topic = topic;
        this.id = id;
        this.mark = DeletionNode.path(topic);
    }

    /** Deletes a topic. Fails with UNKNOWN_TOPIC_OR_PARTITION or UNKNOWN_TOPIC_ID. */
    static CompletableFuture<Void> of(ZkConnection zk, String topic, Uuid id) {
        return new TopicDeletion(zk, topic, Optional.of(id)).attempt();
    }

    /** Ends what a mark says was begun. */
    static CompletableFuture<Void> finish(ZkConnection zk, String topic) {
        return new TopicDeletion(zk, topic, Optional.empty()).attempt();
    }

    private CompletableFuture<Void> attempt() {
        if (++attempts > MAX_ATTEMPTS) {
            throw new ApiException(
                    ErrorCode.UNKNOWN_SERVER_ERROR, "Topic '" + topic + "' keeps changing while it is being deleted");
        }
        return exists(mark).thenCompose(marked -> zk.read(TopicNode.path(topic)).thenCompose(node -> {
            if (node.isEmpty()) {
                return alreadyGone();
            }
            if (id.isEmpty()) {
                return marked ? delete(node.get(), true) : DONE; // somebody else has finished it
            }
            if (!idOf(node.get()).equals(id)) {
                return begun ? DONE : failed(ErrorCode.UNKNOWN_TOPIC_ID, "Topic '" + topic + "' has another id now");
            }
            return new Incarnations(zk)
                    .adopt(topic, id.get())
                    .thenCompose(adopted -> adopted ? delete(node.get(), marked) : attempt());
        }));
    }

    private CompletableFuture<Void> alreadyGone() {
        if (id.isPresent() && !begun) {
            return failed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + topic + "'");
        }
        return zk.commit(List.of(Op.delete(mark, -1))).thenAccept(outcome -> {}); // mostly gone as well
    }

    private static Optional<Uuid> idOf(Znode node) {
        try {
            return Optional.of(TopicNode.decode("any", node).id());
        } catch (CorruptNodeException e) { // the view's keeper reports it
            return Optional.empty();
        }
    }

    private List<Op> note(Znode node) {
        return idOf(node).map(noted -> DeletedNode.create(topic, noted)).stream()
                .toList();
    }

    private CompletableFuture<Void> delete(Znode node, boolean marked) {
        CompletableFuture<Boolean> configured = exists(ConfigNode.path(new ConfigScope.Topic(topic)));
        CompletableFuture<List<String>> children = zk.children(TopicNode.path(topic));
        CompletableFuture<List<List<Op>>> partitions =
                zk.children(PartitionStateNode.partitionsOf(topic)).thenCompose(this::deletionsOfPartitions);
        return CompletableFuture.allOf(configured, children, partitions).thenCompose(all -> {
            Batches batches = new Batches();
            partitions.join().forEach(group -> batches.add(0, group));
            batches.add(0, deletionsOfTopic(node, children.join(), configured.join()));
            begun = true;
            if (marked) { // perhaps by somebody who leaves no note; a second one does no harm
                return commitMarked(batches, note(node));
            }
            return batches.size() == 1 ? commitWhole(node, batches.operations(0)) : mark(node, batches);
        });
    }

    private CompletableFuture<Boolean> exists(String path) {
        return zk.read(path).thenApply(Optional::isPresent);
    }

    /** One group per partition, asked for all at once. */
    private CompletableFuture<List<List<Op>>> deletionsOfPartitions(List<String> partitions) {
        String root = PartitionStateNode.partitionsOf(topic);
        List<CompletableFuture<List<Op>>> groups = partitions.stream()
                .map(partition -> zk.children(root + "/" + partition)
                        .thenApply(children -> deletions(root + "/" + partition, children, -1)))
                .toList();
        return CompletableFuture.allOf(groups.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> groups.stream().map(CompletableFuture::join).toList());
    }

    /** Those of incarnations stand among the children. */
    private List<Op> deletionsOfTopic(Znode node, List<String> children, boolean configured) {
        List<Op> ops = new ArrayList<>(deletions(TopicNode.path(topic), children, node.version()));
        if (configured) {
            ops.add(Op.delete(ConfigNode.path(new ConfigScope.Topic(topic)), -1));
        }
        return ops;
    }

    private static List<Op> deletions(String path, List<String> children, int version) {
        List<Op> ops = new ArrayList<>();
        children.forEach(child -> ops.add(Op.delete(path + "/" + child, -1)));
        ops.add(Op.delete(path, version));
        return ops;
    }

    /** In one transaction, which fails if the topic is another by now. */
    private CompletableFuture<Void> commitWhole(Znode node, List<Op> deletions) {
        List<Op> ops = new ArrayList<>(deletions);
        ops.addAll(note(node));
        id.ifPresent(expected -> ops.add(0, Op.check(TopicNode.incarnation(topic, expected), -1)));
        return zk.commit(ops).thenCompose(outcome -> outcome.isDone() ? DONE : again(outcome));
    }

    private CompletableFuture<Void> mark(Znode node, Batches batches) {
        List<Op> ops = new ArrayList<>(List.of(
                Op.check(TopicNode.path(topic), node.version()),
                Op.create(mark, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)));
        id.ifPresent(expected -> ops.add(Op.check(TopicNode.incarnation(topic, expected), -1)));
        ops.addAll(note(node));
        return zk.commit(ops)
                .thenCompose(outcome -> outcome.isDone() ? commitMarked(batches, List.of()) : again(outcome));
    }

    /**
     * Every transaction checks that the mark stands. Once it is gone so is the topic, and what may stand in its place is
     * not to be touched.
     */
    private CompletableFuture<Void> commitMarked(Batches batches, List<Op> note) {
        CompletableFuture<Optional<Outcome>> all = CompletableFuture.completedFuture(Optional.empty());
        for (int batch : IntStream.range(0, batches.size()).toArray()) {
            List<Op> ops = new ArrayList<>(batches.operations(batch));
            ops.add(0, Op.check(mark, -1));
            if (batch == batches.size() - 1) {
                ops.add(Op.delete(mark, -1));
                ops.addAll(note);
            }
            all = all.thenCompose(failed -> failed.isPresent()
                    ? CompletableFuture.completedFuture(failed)
                    : zk.commit(ops).thenApply(outcome -> Optional.of(outcome).filter(o -> !o.isDone())));
        }
        return all.thenCompose(failed -> failed.isPresent() ? again(failed.get()) : DONE);
    }

    /** Something was changed, or deleted, by somebody else in between. */
    private CompletableFuture<Void> again(Outcome outcome) {
        return switch (outcome.code()) {
            case NONODE -> new Layout(zk).prepare().thenCompose(id -> attempt()); // if it is the note that has no place
            case NODEEXISTS, NOTEMPTY, BADVERSION -> attempt();
            default -> throw outcome.unexpected("Deleting topic '" + topic + "'");
        };
    }

    private static CompletableFuture<Void> failed(ErrorCode error, String message) {
        return CompletableFuture.failedFuture(new ApiException(error, message));
    }
}

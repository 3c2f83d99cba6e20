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
 * and it is removed with the last of the topic.
 *
 * <p>Threading: event thread; made for one deletion.
 */
final class TopicDeletion {
    private static final int MAX_ATTEMPTS = 20;

    private final ZkConnection zk;
    private final String topic;
    private final Optional<Uuid> id;
    private int attempts;
    private boolean begun;

    private TopicDeletion(ZkConnection zk, String topic, Optional<Uuid> id) {
        this.zk = zk;
        this.topic = topic;
        this.id = id;
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
        return zk.read(TopicNode.path(topic))
                .thenCompose(node -> node.isPresent() ? attempt(node.get()) : alreadyGone());
    }

    private CompletableFuture<Void> alreadyGone() {
        if (id.isPresent() && !begun) {
            throw new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + topic + "'");
        }
        return zk.commit(List.of(Op.delete(DeletionNode.path(topic), -1))).thenAccept(outcome -> {});
    }

    private CompletableFuture<Void> attempt(Znode node) {
        id.ifPresent(expected -> checkId(node, expected));
        CompletableFuture<Boolean> marked = exists(DeletionNode.path(topic));
        CompletableFuture<Boolean> configured = exists(ConfigNode.path(new ConfigScope.Topic(topic)));
        CompletableFuture<List<String>> children = zk.children(TopicNode.path(topic));
        return zk.children(PartitionStateNode.partitionsOf(topic))
                .thenCompose(this::deletionsOfPartitions)
                .thenCompose(partitions -> {
                    // Answers come in the order of the calls, so the others are there.
                    Batches batches = new Batches();
                    partitions.forEach(group -> batches.add(0, group));
                    batches.add(0, deletionsOfTopic(node, children.join(), configured.join()));
                    boolean mark = marked.join() || batches.size() > 1;
                    if (mark) {
                        batches.add(0, List.of(Op.delete(DeletionNode.path(topic), -1)));
                    }
                    return mark && !marked.join() ? markThen(node, batches) : commit(batches);
                });
    }

    private void checkId(Znode node, Uuid expected) {
        boolean same;
        try {
            same = TopicNode.decode(topic, node).id().equals(expected);
        } catch (CorruptNodeException e) { // the view's keeper reports it
            same = false;
        }
        if (!same) {
            throw new ApiException(
                    ErrorCode.UNKNOWN_TOPIC_ID, "Topic '" + topic + "' no longer has the id " + expected);
        }
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

    private CompletableFuture<Void> markThen(Znode node, Batches batches) {
        List<Op> mark = new ArrayList<>(List.of(
                Op.check(TopicNode.path(topic), node.version()),
                Op.create(DeletionNode.path(topic), new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)));
        id.ifPresent(expected -> mark.add(Op.check(TopicNode.incarnation(topic, expected), -1)));
        begun = true;
        return zk.commit(mark).thenCompose(outcome -> outcome.isDone() ? commit(batches) : again(outcome));
    }

    private CompletableFuture<Void> commit(Batches batches) {
        begun = true;
        CompletableFuture<Optional<Outcome>> all = CompletableFuture.completedFuture(Optional.empty());
        for (int batch : IntStream.range(0, batches.size()).toArray()) {
            all = all.thenCompose(failed -> failed.isPresent()
                    ? CompletableFuture.completedFuture(failed)
                    : zk.commit(batches.operations(batch))
                            .thenApply(outcome -> Optional.of(outcome).filter(o -> !o.isDone())));
        }
        return all.thenCompose(
                failed -> failed.isPresent() ? again(failed.get()) : CompletableFuture.completedFuture(null));
    }

    /** Something was changed, or deleted, by somebody else in between. */
    private CompletableFuture<Void> again(Outcome outcome) {
        return switch (outcome.code()) {
            case NONODE, NODEEXISTS, NOTEMPTY, BADVERSION -> attempt();
            default -> throw outcome.unexpected("Deleting topic '" + topic + "'");
        };
    }
}

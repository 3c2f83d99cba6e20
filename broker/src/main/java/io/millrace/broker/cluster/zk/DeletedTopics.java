package io.millrace.broker.cluster.zk;

import io.millrace.protocol.Uuid;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.zookeeper.Op;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notes about deleted topics: looks into them, and lets the oldest go when there are too many.
 *
 * <p>Threading: event thread.
 */
final class DeletedTopics {
    private static final Logger LOG = LoggerFactory.getLogger(DeletedTopics.class);

    /** How many are kept for certain. */
    static final int KEPT = 10_000;

    /** So many more may gather, so that not every deletion has to tidy up. */
    static final int SLACK = 1000;

    private final ZkConnection zk;

    DeletedTopics(ZkConnection zk) {
        this.zk = zk;
    }

    /** Those of some topic ids whose topics were deleted. */
    CompletableFuture<Set<Uuid>> among(Set<Uuid> topicIds) {
        return zk.children(DeletedNode.ROOT).thenApply(names -> names.stream()
                .flatMap(name -> DeletedNode.topicId(name).stream())
                .filter(topicIds::contains)
                .collect(Collectors.toUnmodifiableSet()));
    }

    /** Lets the oldest go if there are too many. Nobody waits for it: what fails the next deletion does again. */
    void trim() {
        CompletableFuture<Void> trimmed = zk.read(DeletedNode.ROOT)
                .thenCompose(root ->
                        root.filter(node -> node.children() > KEPT + SLACK).isPresent()
                                ? zk.children(DeletedNode.ROOT).thenCompose(this::removeOldest)
                                : CompletableFuture.completedFuture(null));
        EventThread.whenDone(trimmed, (done, failure) -> {
            if (failure != null) {
                LOG.debug("Old notes of deleted topics stay for now: {}", String.valueOf(EventThread.cause(failure)));
            }
        });
    }

    private CompletableFuture<Void> removeOldest(List<String> names) {
        List<Op> oldest = names.stream()
                .sorted(DeletedNode.BY_AGE)
                .limit(Math.max(0, names.size() - KEPT))
                .map(name -> Op.delete(DeletedNode.ROOT + "/" + name, -1))
                .toList();
        Batches batches = new Batches();
        oldest.forEach(op -> batches.add(0, List.of(op)));
        CompletableFuture<Optional<Outcome>> all = CompletableFuture.completedFuture(Optional.empty());
        for (int batch = 0; batch < batches.size(); batch++) {
            List<Op> ops = batches.operations(batch);
            // One that fails meets notes that another broker has removed: that one is at work.
            all = all.thenCompose(
                    last -> last.filter(outcome -> !outcome.isDone()).isPresent()
                            ? CompletableFuture.completedFuture(last)
                            : zk.commit(ops).thenApply(Optional::of));
        }
        return all.thenAccept(last -> {});
    }
}

package io.millrace.tools.mirror;

import io.millrace.client.ClientConfig;
import io.millrace.client.admin.Admin;
import io.millrace.client.net.ClientRuntime;
import java.util.Optional;

/**
 * What is noted in the target of copies with offsets of their own, read once, for those who only look.
 *
 * <p>Threading: one thread's, which waits.
 */
final class NotesRead implements TranslatedTopics.Notes {
    private final Optional<PairsTopic> pairs;

    private NotesRead(Optional<PairsTopic> pairs) {
        this.pairs = pairs;
    }

    static NotesRead of(String sourceCluster, Admin target, ClientConfig config, ClientRuntime runtime)
            throws InterruptedException {
        String name = PairsTopic.nameFor(sourceCluster);
        if (!Calls.await(target.listTopics()).get().containsKey(name)) {
            return new NotesRead(Optional.empty());
        }
        try (PairsTopic pairs = new PairsTopic(name, target, config, runtime)) {
            pairs.refresh();
            return new NotesRead(Optional.of(pairs));
        }
    }

    @Override
    public boolean isKnown(CopiedTopic topic) {
        return pairs.filter(its -> its.has(topic)).isPresent();
    }

    @Override
    public void note(CopiedTopic topic, String source) {
        // somebody only looks
    }

    /** The pairs of a partition. */
    Optional<OffsetPairs> pairs(CopiedTopic topic, int partition) {
        return pairs.flatMap(its -> its.pairs(topic, partition));
    }
}

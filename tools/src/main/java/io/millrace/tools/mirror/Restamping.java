package io.millrace.tools.mirror;

import io.millrace.client.admin.Admin;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.net.ClusterClient;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * All that copies with offsets of their own need, wired: the topic of offset pairs in the target, who reads it and who writes
 * it, and the thread that finds out where partitions go on.
 *
 * <p>Threading: opened, and asked about topics, by one thread that waits; the rest says its own.
 */
final class Restamping implements TranslatedTopics.Notes, AutoCloseable {
    private final PairsTopic known;
    private final PairsTopic recovered;
    private final PairsWriter writer;
    private final Recovery recovery;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread started = new Thread(task, "mirror-recovery");
        started.setDaemon(true);
        return started;
    });

    private Restamping(PairsTopic known, PairsTopic recovered, PairsWriter writer, Recovery recovery) {
        this.known = known;
        this.recovered = recovered;
        this.writer = writer;
        this.recovery = recovery;
    }

    /** Has the target have the topic of the pairs of this source. */
    static Restamping open(
            ClusterClient source,
            ClusterClient target,
            Admin sourceAdmin,
            Admin targetAdmin,
            MirrorConfig config,
            String sourceCluster,
            ClientRuntime runtime,
            Clock clock)
            throws InterruptedException {
        String name = PairsTopic.nameFor(sourceCluster);
        PairsTopic.create(name, targetAdmin, config.replicationFactor());
        PairsTopic known = new PairsTopic(name, targetAdmin, config.target(), runtime);
        PairsTopic recovered = new PairsTopic(name, targetAdmin, config.target(), runtime);
        PairsWriter writer = new PairsWriter(target, name, clock);
        known.refresh();
        return new Restamping(
                known, recovered, writer, new Recovery(source, target, sourceAdmin, targetAdmin, recovered, writer));
    }

    /** The way into the target. */
    Destination destination(ClusterClient target, Flow flow, Runnable kick) {
        return new RestampAppends(target, flow, recovery, writer, thread, kick);
    }

    @Override
    public boolean isKnown(CopiedTopic topic) throws InterruptedException {
        if (!known.has(topic)) {
            known.refresh(); // another process may have made it
        }
        return known.has(topic);
    }

    @Override
    public void note(CopiedTopic topic, String source) throws InterruptedException {
        Calls.await(writer.writeProvenance(topic, source));
        known.refresh();
    }

    @Override
    public void close() {
        thread.shutdownNow();
        writer.close();
        known.close();
        recovered.close();
    }
}

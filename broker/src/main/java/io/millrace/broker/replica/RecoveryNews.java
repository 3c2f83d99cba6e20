package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.log.Logs;
import io.millrace.protocol.ApiException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the others that this broker lacks nothing any more, until it is heard: a store that is cut off for a while must
 * not keep the broker from its work.
 *
 * <p>Threading: the leadership lane; {@link #tell} from any thread.
 */
final class RecoveryNews {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryNews.class);
    private static final long RETRY_MS = 1000;

    private final int self;
    private final ClusterStore cluster;
    private final Logs logs;
    private final ReplicaRuntime.Lane lane;

    RecoveryNews(int self, ClusterStore cluster, Logs logs, ReplicaRuntime.Lane lane) {
        this.self = self;
        this.cluster = cluster;
        this.logs = logs;
        this.lane = lane;
    }

    /** Completes when the cluster knows. */
    CompletionStage<Void> tell() {
        CompletableFuture<Void> told = new CompletableFuture<>();
        lane.execute(() -> tell(told));
        return told;
    }

    private void tell(CompletableFuture<Void> told) {
        cluster.view()
                .broker(self)
                .ifPresentOrElse(
                        now -> cluster.update(now.withRecovering(false))
                                .whenComplete((done, failure) -> lane.execute(() -> answered(told, failure))),
                        () -> lane.after(RETRY_MS, () -> tell(told)));
    }

    private void answered(CompletableFuture<Void> told, Throwable failure) {
        if (failure == null) {
            forgetUncleanStop();
            told.complete(null);
        } else {
            LOG.warn("Cannot say yet that nothing is lacking here: {}", failure.getMessage());
            lane.after(RETRY_MS, () -> tell(told));
        }
    }

    private void forgetUncleanStop() {
        try {
            logs.settled();
        } catch (ApiException e) {
            LOG.warn("An unclean stop stays noted: {}", e.getMessage()); // the next start settles it once more
        }
    }
}

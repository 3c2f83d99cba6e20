package io.millrace.broker.replica;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What is counted of in-sync sets and elections. Any thread. */
final class ReplicaMeters {
    private final Counter shrinks;
    private final Counter expands;
    private final Counter failedUpdates;
    private final Counter uncleanElections;
    private final Timer elections;

    ReplicaMeters(MeterRegistry registry) {
        this.shrinks = registry.counter("kafka.server.ReplicaManager.IsrShrinksPerSec");
        this.expands = registry.counter("kafka.server.ReplicaManager.IsrExpandsPerSec");
        this.failedUpdates = registry.counter("kafka.server.ReplicaManager.FailedIsrUpdatesPerSec");
        this.uncleanElections = registry.counter("kafka.controller.ControllerStats.UncleanLeaderElectionsPerSec");
        this.elections = registry.timer("kafka.controller.ControllerStats.LeaderElectionRateAndTimeMs");
    }

    /** A set was written: one of its members is gone, or one has come, or both. */
    void inSyncChanged(boolean shrunk, boolean grown) {
        if (shrunk) {
            shrinks.increment();
        }
        if (grown) {
            expands.increment();
        }
    }

    /** Somebody else had written in between. */
    void inSyncRefused() {
        failedUpdates.increment();
    }

    /** Now, for {@link #elected}. */
    long now() {
        return System.nanoTime();
    }

    /** This broker has taken a partition over. */
    void elected(long sinceNanos, boolean clean) {
        elections.record(now() - sinceNanos, TimeUnit.NANOSECONDS);
        if (!clean) {
            uncleanElections.increment();
        }
    }
}

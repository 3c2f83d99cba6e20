package io.millrace.broker.sim;

import io.millrace.broker.replica.ReplicaRuntime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Time and lanes of one life of a broker. Its wall clock is not that of others, and its ticks begin anywhere. */
final class SimRuntime implements ReplicaRuntime {
    static final long EPOCH_MS = 1_700_000_000_000L;

    private final SimProcess process;
    private final long ticksBeginMs;
    private final Clock clock;

    SimRuntime(SimProcess process, long skewMs) {
        this.process = process;
        this.ticksBeginMs = process.stream("ticks").below(1_000_000);
        this.clock = new WallClock(process.scheduler(), skewMs);
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public long ticksMs() {
        return ticksBeginMs + process.scheduler().nowMs();
    }

    @Override
    public Lane lane(String name) {
        return process.lane(name);
    }

    private static final class WallClock extends Clock {
        private final SimScheduler scheduler;
        private final long skewMs;

        WallClock(SimScheduler scheduler, long skewMs) {
            this.scheduler = scheduler;
            this.skewMs = skewMs;
        }

        @Override
        public long millis() {
            return EPOCH_MS + skewMs + scheduler.nowMs();
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}

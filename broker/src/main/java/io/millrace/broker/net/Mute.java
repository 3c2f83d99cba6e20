package io.millrace.broker.net;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a connection from being read for a while, since its client exceeds a quota.
 *
 * <p>Threading: the connection's event loop.
 */
final class Mute {
    private final ReadGate gate;
    private final EventExecutor loop;
    private Optional<Future<?>> ending = Optional.empty();
    private long untilNanos;

    Mute(ReadGate gate, EventExecutor loop) {
        this.gate = gate;
        this.loop = loop;
    }

    /** Mutes for a time from now on; a longer one that is under way goes on. */
    void keep(int ms) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        if (ending.isPresent() && until - untilNanos <= 0) {
            return;
        }
        end();
        untilNanos = until;
        gate.hold(ReadGate.Reason.THROTTLED);
        ending = Optional.of(loop.schedule(this::end, ms, TimeUnit.MILLISECONDS));
    }

    /** Ends it now. */
    void end() {
        ending.ifPresent(timer -> timer.cancel(false));
        ending = Optional.empty();
        gate.lift(ReadGate.Reason.THROTTLED);
    }
}

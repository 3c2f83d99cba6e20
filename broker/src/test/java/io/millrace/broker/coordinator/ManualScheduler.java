package io.millrace.broker.coordinator;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that a test moves. Calls are made by the thread that moves it, in the order of their time. */
public final class ManualScheduler implements Scheduler {
    private record Call(long atMs, long sequence, Runnable task) {}

    private final PriorityQueue<Call> calls =
            new PriorityQueue<>(Comparator.comparingLong(Call::atMs).thenComparingLong(Call::sequence));
    private long nowMs;
    private long sequence;

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public Timeout after(long delayMs, Runnable task) {
        Call call = new Call(nowMs + delayMs, sequence++, task);
        calls.add(call);
        return () -> calls.remove(call);
    }

    /** Moves time on, and makes the calls that fall into it. */
    public void advance(long ms) {
        long end = nowMs + ms;
        while (!calls.isEmpty() && calls.peek().atMs() <= end) {
            Call call = calls.poll();
            nowMs = Math.max(nowMs, call.atMs());
            call.task().run();
        }
        nowMs = end;
    }

    public int outstanding() {
        return calls.size();
    }

    /** A wall clock that goes with it, and begins at a given moment. */
    public Clock clock(long startMs) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(startMs + nowMs);
            }
        };
    }
}

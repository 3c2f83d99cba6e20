package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far the application has read one partition, and what it wants next: where it meets the I/O thread.
 *
 * <p>Each time the application seeks, pauses or lets go, a new generation begins, and what was fetched for an older one is
 * dropped on sight.
 *
 * <p>Threading: the application's thread orders and advances, the I/O thread locates, any thread asks; under this lock,
 * which nothing waits for.
 */
final class PartitionState {
    private static final long NOT_KNOWN = -1;

    private final TopicPartition partition;
    private int generation;
    private boolean paused;
    private boolean gone;

    /** Where to begin; empty while the group's committed offset is awaited. */
    private Optional<Position> order;

    private int orderEpoch = -1;

    /** The next offset to hand out. */
    private long position = NOT_KNOWN;

    /** Of the last record that was handed out; -1 if not known. */
    private int epoch = -1;

    private long lastTimestamp = -1;

    /** What the leader last said is the end, for this isolation level. */
    private long end = NOT_KNOWN;

    /** What the application wants, at one moment. */
    record Order(int generation, Optional<Position> position, int epoch) {}

    PartitionState(TopicPartition partition, Optional<Position> start) {
        this.partition = partition;
        this.order = start;
        begin(start);
    }

    TopicPartition partition() {
        return partition;
    }

    // ---- the application's thread

    synchronized void seek(Position to) {
        generation++;
        order = Optional.of(to);
        orderEpoch = -1;
        lastTimestamp = -1;
        epoch = -1;
        begin(order);
    }

    private void begin(Optional<Position> at) {
        position = at.isPresent() && at.get() instanceof Position.Exactly exactly ? exactly.offset() : NOT_KNOWN;
    }

    /** What was fetched is dropped, so that it takes no room meanwhile. */
    synchronized void pause() {
        if (!paused) {
            paused = true;
            again();
        }
    }

    synchronized void resume() {
        paused = false;
    }

    /** Has the I/O thread fetch anew from the position on. */
    synchronized void again() {
        generation++;
        if (position != NOT_KNOWN) {
            order = Optional.of(Position.offset(position));
            orderEpoch = epoch;
        }
    }

    synchronized void letGo() {
        generation++;
        gone = true;
    }

    /** Records up to a position were handed out. */
    synchronized void advance(long to, int leaderEpoch, long timestamp) {
        position = to;
        if (leaderEpoch >= 0) {
            epoch = leaderEpoch;
        }
        if (timestamp >= 0) {
            lastTimestamp = timestamp;
        }
    }

    // ---- the I/O thread

    synchronized Order order() {
        return new Order(generation, order, orderEpoch);
    }

    /** Whether the group's committed offset is awaited. */
    synchronized boolean awaitsStart() {
        return order.isEmpty() && !gone;
    }

    /** Where to begin, if that is still awaited; a seek comes first. */
    synchronized void start(Position at, int leaderEpoch) {
        if (awaitsStart()) {
            seek(at);
            orderEpoch = leaderEpoch;
            epoch = leaderEpoch;
        }
    }

    /** Where what was ordered lies; false if something else was ordered meanwhile. */
    synchronized boolean located(int ofGeneration, long offset) {
        if (ofGeneration != generation || gone) {
            return false;
        }
        if (position == NOT_KNOWN) {
            position = offset;
        }
        return true;
    }

    /** The records that it has read were another topic's. */
    synchronized void forgetEpoch() {
        epoch = -1;
        orderEpoch = -1;
    }

    synchronized void endIs(long offset) {
        end = offset;
    }

    // ---- any thread

    /** Whether something that was fetched for a generation is still wanted. */
    synchronized boolean isCurrent(int ofGeneration) {
        return ofGeneration == generation && !gone;
    }

    synchronized boolean isFetchable() {
        return !paused && !gone;
    }

    synchronized boolean isPaused() {
        return paused;
    }

    synchronized OptionalLong position() {
        return position == NOT_KNOWN ? OptionalLong.empty() : OptionalLong.of(position);
    }

    /** Of the last record that was handed out; -1 if not known. */
    synchronized int epoch() {
        return epoch;
    }

    synchronized Optional<Lag> lag(long nowMs) {
        if (position == NOT_KNOWN || end == NOT_KNOWN) {
            return Optional.empty();
        }
        long records = Math.max(0, end - position);
        boolean behind = records > 0 && lastTimestamp >= 0;
        return Optional.of(
                new Lag(records, behind ? Duration.ofMillis(Math.max(0, nowMs - lastTimestamp)) : Duration.ZERO));
    }
}

package io.millrace.broker.coordinator;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The timers of one shard, each under a key. What is due runs in a turn of the shard. However many timers there are, one
 * call of the scheduler at most is outstanding.
 *
 * <p>Threading: in turns of its shard.
 *
 * @param <T> the shard's records
 */
public final class ShardTimer<T> {
    private record Entry<T>(Object key, long deadlineMs, long sequence, Supplier<Decision<T>> action) {}

    private final Scheduler scheduler;
    private final Runnable wakeUp;
    private final Map<Object, Entry<T>> byKey = new HashMap<>();
    private final TreeSet<Entry<T>> byDeadline =
            new TreeSet<>(Comparator.<Entry<T>>comparingLong(Entry::deadlineMs).thenComparingLong(Entry::sequence));
    private long sequence;
    private long wakeUpAtMs = Long.MAX_VALUE;
    private Optional<Scheduler.Timeout> outstanding = Optional.empty();

    /** @param wakeUp called on the scheduler's thread; it adds a turn that calls {@link #nextDue} until it is empty */
    ShardTimer(Scheduler scheduler, Runnable wakeUp) {
        this.scheduler = scheduler;
        this.wakeUp = wakeUp;
    }

    /** The scheduler's time. */
    public long nowMs() {
        return scheduler.nowMs();
    }

    /** Runs an action after a delay, in place of the one that the key had. */
    public void schedule(Object key, long delayMs, Supplier<Decision<T>> action) {
        cancel(key);
        Entry<T> entry = new Entry<>(key, scheduler.nowMs() + Math.max(0, delayMs), sequence++, action);
        byKey.put(key, entry);
        byDeadline.add(entry);
        arm();
    }

    /** Forgets the action of a key, if it has one. */
    public void cancel(Object key) {
        Entry<T> entry = byKey.remove(key);
        if (entry != null) {
            byDeadline.remove(entry);
        }
    }

    /** Takes the next action that is due; with none left, asks to be woken for the one after. */
    Optional<Supplier<Decision<T>>> nextDue() {
        if (!byDeadline.isEmpty() && byDeadline.first().deadlineMs() <= scheduler.nowMs()) {
            Entry<T> entry = byDeadline.pollFirst();
            byKey.remove(entry.key());
            return Optional.of(entry.action());
        }
        wakeUpAtMs = Long.MAX_VALUE;
        arm();
        return Optional.empty();
    }

    /** Forgets everything. */
    void clear() {
        byKey.clear();
        byDeadline.clear();
        outstanding.ifPresent(Scheduler.Timeout::cancel);
    }

    private void arm() {
        if (byDeadline.isEmpty() || byDeadline.first().deadlineMs() >= wakeUpAtMs) {
            return;
        }
        outstanding.ifPresent(Scheduler.Timeout::cancel);
        wakeUpAtMs = byDeadline.first().deadlineMs();
        outstanding = Optional.of(scheduler.after(Math.max(0, wakeUpAtMs - scheduler.nowMs()), wakeUp));
    }
}

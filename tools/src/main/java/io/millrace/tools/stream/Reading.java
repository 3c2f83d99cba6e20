package io.millrace.tools.stream;

import io.millrace.client.MillraceException;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Reads a topic and prints its records, until the end that is wanted. What was printed leaves when nothing more is there at
 * once; what a group commits has left before.
 *
 * <p>Threading: one thread's.
 */
final class Reading {
    /** Does not end by itself. */
    static final Duration FOR_EVER = Duration.ofDays(10_000);

    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration IDLE = Duration.ofMillis(250);
    private static final long COMMIT_EVERY_NS = 1_000_000_000L;

    private final Consumer consumer;
    private final RecordFormat format;
    private final ByteSink out;
    private final Optional<Map<TopicPartition, Long>> ends;
    private final boolean commits;
    private final Duration idle;
    private final Set<TopicPartition> reached = new HashSet<>();
    private long printed;
    private long committedNs = System.nanoTime();

    /** The first record of each partition that was read and not printed. */
    private final Map<TopicPartition, Long> unprinted = new HashMap<>();

    private TopicPartition current;
    private long currentEnd;

    /**
     * @param ends of partitions, exclusive; empty to go on and on
     * @param commits whether a group is to know what was printed
     * @param idle ends when nothing came for so long
     */
    Reading(
            Consumer consumer,
            RecordFormat format,
            ByteSink out,
            Optional<Map<TopicPartition, Long>> ends,
            boolean commits,
            Duration idle) {
        this.idle = idle;
        this.consumer = consumer;
        this.format = format;
        this.out = out;
        this.ends = ends;
        this.commits = commits;
        this.current = new TopicPartition("", -1);
    }

    /**
     * Prints.
     *
     * @param most records
     * @param progress is told how many were printed
     * @throws ClosedPipeException once nobody reads any more
     */
    void run(long most, BooleanSupplier isToEnd, LongConsumer progress) throws IOException {
        try {
            long lastNs = System.nanoTime();
            while (printed < most && !isToEnd.getAsBoolean() && !isAtEnd() && !isLongerAgo(lastNs)) {
                commitNowAndThen();
                List<ConsumerRecord> records = consumer.poll(AT_ONCE);
                if (records.isEmpty()) {
                    out.flush();
                    progress.accept(printed);
                    records = consumer.poll(IDLE);
                }
                lastNs = records.isEmpty() ? lastNs : System.nanoTime();
                print(records, most);
                progress.accept(printed);
            }
        } finally {
            out.flush();
        }
        if (commits && !isClosed()) {
            commit();
        }
    }

    private boolean isLongerAgo(long lastNs) {
        return System.nanoTime() - lastNs > idle.toNanos();
    }

    private boolean isClosed() {
        return consumer.assignment().isEmpty();
    }

    private void print(List<ConsumerRecord> records, long most) throws IOException {
        for (int i = 0; i < records.size(); i++) {
            ConsumerRecord record = records.get(i);
            if (printed >= most) {
                leave(records, i);
                return;
            }
            if (record.offset() < endOf(record.topicPartition())) {
                format.write(record, out);
                printed++;
            } else {
                unprinted.putIfAbsent(record.topicPartition(), record.offset());
            }
        }
    }

    /** Records of one partition come one behind the other, so that its end is seldom looked up. */
    private long endOf(TopicPartition partition) {
        if (!partition.equals(current)) {
            current = partition;
            currentEnd =
                    ends.map(all -> all.getOrDefault(partition, Long.MAX_VALUE)).orElse(Long.MAX_VALUE);
        }
        return currentEnd;
    }

    private void leave(List<ConsumerRecord> records, int from) {
        for (ConsumerRecord record : records.subList(from, records.size())) {
            unprinted.putIfAbsent(record.topicPartition(), record.offset());
        }
    }

    private boolean isAtEnd() {
        if (ends.isEmpty()) {
            return false;
        }
        Set<TopicPartition> mine = consumer.assignment();
        for (TopicPartition partition : mine) {
            OptionalLong position = consumer.position(partition);
            long end = ends.get().getOrDefault(partition, 0L);
            if (!reached.contains(partition) && position.isPresent() && position.getAsLong() >= end) {
                reached.add(partition);
                if (!commits) {
                    consumer.pause(List.of(partition)); // or its newest records would be fetched for nothing
                }
            }
        }
        return !mine.isEmpty() && reached.containsAll(mine);
    }

    private void commitNowAndThen() throws IOException {
        if (commits && System.nanoTime() - committedNs >= COMMIT_EVERY_NS && !isClosed()) {
            out.flush();
            commit();
        }
    }

    /** What has left, and not more. */
    private void commit() {
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (TopicPartition partition : consumer.assignment()) {
            OptionalLong position = consumer.position(partition);
            if (position.isPresent()) {
                positions.put(partition, unprinted.getOrDefault(partition, position.getAsLong()));
            }
        }
        committedNs = System.nanoTime();
        if (!positions.isEmpty()) {
            try {
                consumer.commitAsync(positions).toCompletableFuture().join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof MillraceException why ? why : e;
            }
        }
    }

    long printed() {
        return printed;
    }
}

package io.millrace.tools.stream;

import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.RebalanceListener;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
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
    private static final long LAST_COMMIT_NS = 10_000_000_000L;

    private final Consumer consumer;
    private final RecordFormat format;
    private final ByteSink out;
    private final Optional<Map<TopicPartition, Long>> ends;
    private final Duration idle;
    private final Set<TopicPartition> reached = new HashSet<>();
    private Optional<PrintedPositions> group = Optional.empty();
    private long printed;
    private long committedNs = System.nanoTime();
    private TopicPartition current;
    private long currentEnd;

    /**
     * @param ends of partitions, exclusive; empty to go on and on
     * @param idle ends when nothing came for so long
     */
    Reading(
            Consumer consumer,
            RecordFormat format,
            ByteSink out,
            Optional<Map<TopicPartition, Long>> ends,
            Duration idle) {
        this.idle = idle;
        this.consumer = consumer;
        this.format = format;
        this.out = out;
        this.ends = ends;
        this.current = new TopicPartition("", -1);
    }

    /**
     * Has the consumer's group know what was printed.
     *
     * @param told is given a line about each commit that did not happen
     * @return is to be told of partitions that come and go
     */
    RebalanceListener committing(java.util.function.Consumer<String> told) {
        PrintedPositions positions = new PrintedPositions(
                new PrintedPositions.Member() {
                    @Override
                    public Set<TopicPartition> partitions() {
                        return consumer.assignment();
                    }

                    @Override
                    public OptionalLong position(TopicPartition partition) {
                        return consumer.position(partition);
                    }

                    @Override
                    public CompletionStage<Void> commit(Map<TopicPartition, Long> wanted) {
                        return consumer.commitAsync(wanted);
                    }
                },
                out::flush,
                told);
        group = Optional.of(positions);
        return positions;
    }

    /**
     * Prints. If it fails, nothing more is committed: nobody knows how much has left.
     *
     * @param most records
     * @param progress is told how many were printed
     * @throws ClosedPipeException once nobody reads any more
     */
    void run(long most, BooleanSupplier isToEnd, LongConsumer progress) throws IOException {
        try {
            loop(most, isToEnd, progress);
            out.flush();
            commitLast();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            group.ifPresent(PrintedPositions::end);
            out.flush();
        }
    }

    private void loop(long most, BooleanSupplier isToEnd, LongConsumer progress) throws IOException {
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
    }

    private boolean isLongerAgo(long lastNs) {
        return System.nanoTime() - lastNs > idle.toNanos();
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
                leave(record);
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
        records.subList(from, records.size()).forEach(this::leave);
    }

    private void leave(ConsumerRecord record) {
        group.ifPresent(positions -> positions.leave(record.topicPartition(), record.offset()));
    }

    private boolean isAtEnd() {
        if (ends.isEmpty()) {
            return false;
        }
        Set<TopicPartition> mine = consumer.assignment();
        reached.retainAll(mine); // what comes back begins where the group is
        for (TopicPartition partition : mine) {
            OptionalLong position = consumer.position(partition);
            long end = ends.get().getOrDefault(partition, 0L);
            if (!reached.contains(partition) && position.isPresent() && position.getAsLong() >= end) {
                reached.add(partition);
                if (group.isEmpty()) {
                    consumer.pause(List.of(partition)); // or its newest records would be fetched for nothing
                }
            }
        }
        return !mine.isEmpty() && reached.containsAll(mine);
    }

    private void commitNowAndThen() throws IOException {
        if (group.isPresent() && System.nanoTime() - committedNs >= COMMIT_EVERY_NS) {
            group.get().commit();
            committedNs = System.nanoTime();
        }
    }

    /** While partitions change hands a commit has to wait for the poll that takes part in it. */
    private void commitLast() throws IOException {
        if (group.isEmpty()) {
            return;
        }
        long startNs = System.nanoTime();
        while (!group.get().commit() && System.nanoTime() - startNs < LAST_COMMIT_NS) {
            leave(consumer.poll(IDLE), 0);
        }
    }

    long printed() {
        return printed;
    }
}

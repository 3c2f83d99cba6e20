package io.millrace.broker.it;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The books of a soak: which record was acknowledged at which offset, and which one each group was given there.
 *
 * <p>Threading: any thread; each partition's column has its own lock.
 */
final class SoakLedger {
    private final List<Column> acked;
    private final AtomicLong ackedCount = new AtomicLong();
    private final AtomicLong ackedTwice = new AtomicLong();
    private final List<Group> groups;

    SoakLedger(int partitions, String... groups) {
        acked = columns(partitions);
        this.groups =
                Stream.of(groups).map(name -> new Group(name, columns(partitions))).toList();
    }

    /** What is wrong with a group's reading; all 0 if every acknowledged record was read, and nothing else. */
    record Verdict(long missing, long different, long neverAcked, long repeatedAfterCommit, long outOfOrder) {
        boolean isFlawless() {
            return missing + different + neverAcked + repeatedAfterCommit + outOfOrder == 0;
        }
    }

    /** Record numbers by offset; 0 where there is none. */
    private static final class Column {
        private long[] numbers = new long[1024];
        private int end;

        /** Returns what was there before. */
        private synchronized long put(long offset, long number) {
            int index = Math.toIntExact(offset);
            if (index >= numbers.length) {
                numbers = Arrays.copyOf(numbers, Math.max(index + 1, numbers.length * 2));
            }
            long before = numbers[index];
            numbers[index] = number;
            end = Math.max(end, index + 1);
            return before;
        }

        private synchronized long[] copy() {
            return Arrays.copyOf(numbers, end);
        }
    }

    /** One group's reading. */
    static final class Group {
        private final String name;
        private final List<Column> delivered;
        private final long[] committed;
        private final AtomicLong distinct = new AtomicLong();
        private final AtomicLong repeated = new AtomicLong();
        private final AtomicLong repeatedAfterCommit = new AtomicLong();
        private final AtomicLong changed = new AtomicLong();

        private Group(String name, List<Column> delivered) {
            this.name = name;
            this.delivered = delivered;
            committed = new long[delivered.size()];
        }

        String name() {
            return name;
        }

        /** A member was given a record. Again is fine as long as the group has not committed it. */
        void deliver(int partition, long offset, long number) {
            long before = delivered.get(partition).put(offset, number);
            if (before == 0) {
                distinct.incrementAndGet();
                return;
            }
            repeated.incrementAndGet();
            if (before != number) {
                changed.incrementAndGet();
            }
            synchronized (committed) {
                if (offset < committed[partition]) {
                    repeatedAfterCommit.incrementAndGet();
                }
            }
        }

        /** The broker has confirmed a commit of a position. */
        void committed(int partition, long position) {
            synchronized (committed) {
                committed[partition] = Math.max(committed[partition], position);
            }
        }

        long distinct() {
            return distinct.get();
        }

        long repeated() {
            return repeated.get();
        }
    }

    void ack(int partition, long offset, long number) {
        if (acked.get(partition).put(offset, number) != 0) {
            ackedTwice.incrementAndGet();
        }
        ackedCount.incrementAndGet();
    }

    long acked() {
        return ackedCount.get();
    }

    /** Acknowledgements that named an offset that another one had named. */
    long ackedTwice() {
        return ackedTwice.get();
    }

    List<Group> groups() {
        return groups;
    }

    /** Holds a group's reading against what was acknowledged; to be asked when nothing is under way. */
    Verdict verify(Group group) {
        long missing = 0;
        long different = group.changed.get();
        long neverAcked = 0;
        long outOfOrder = 0;
        for (int partition = 0; partition < acked.size(); partition++) {
            long[] sent = acked.get(partition).copy();
            long[] read = group.delivered.get(partition).copy();
            Map<Integer, Long> last = new HashMap<>();
            for (int offset = 0; offset < Math.max(sent.length, read.length); offset++) {
                long one = offset < sent.length ? sent[offset] : 0;
                long other = offset < read.length ? read[offset] : 0;
                missing += one != 0 && other == 0 ? 1 : 0;
                neverAcked += one == 0 && other != 0 ? 1 : 0;
                different += one != 0 && other != 0 && one != other ? 1 : 0;
                if (other != 0) {
                    Long before = last.put(SoakRecord.producer(other), other);
                    outOfOrder += before != null && before >= other ? 1 : 0; // the same number twice, too
                }
            }
        }
        return new Verdict(missing, different, neverAcked, group.repeatedAfterCommit.get(), outOfOrder);
    }

    private static List<Column> columns(int partitions) {
        return IntStream.range(0, partitions).mapToObj(p -> new Column()).toList();
    }
}

package io.millrace.broker.it;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Who was promised what, and who was given what: of each partition, by offset, the numbers that were acknowledged and
 * delivered.
 *
 * <p>Threading: any thread.
 */
final class NumberedLedger {
    private static final long NEVER = -1;

    private final List<Page> pages;
    private final List<Exception> failures = new ArrayList<>();
    private long acked;
    private long lastSent = NEVER; // by producer 0

    /** One partition. */
    private static final class Page {
        private final Map<Long, Long> acked = new HashMap<>();
        private final Map<Long, Long> delivered = new HashMap<>();
        private long committed;
        private long lastDelivered = NEVER; // of the records of producer 0
        private long lastAcked = NEVER; // likewise
        private long lastAckNanos = NEVER;
        private Silence longest = new Silence(0, 0, Instant.EPOCH);
        private long ackedTwice; // acknowledgements of an offset that had been given to another record
        private long steppedBack;
        private long deliveredOther; // the same offset, with another record
    }

    /** A time without an acknowledgement in a partition. */
    record Silence(int partition, long milliseconds, Instant end) implements Comparable<Silence> {
        @Override
        public int compareTo(Silence other) {
            return Long.compare(milliseconds, other.milliseconds);
        }

        @Override
        public String toString() {
            LocalTime until = LocalTime.ofInstant(end, ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS);
            return String.format("%,d ms (partition %d, until %s)", milliseconds, partition, until);
        }
    }

    /** A point in time, by what producer 0 had sent. */
    record Mark(long sent) {}

    NumberedLedger(int partitions) {
        pages = IntStream.range(0, partitions).mapToObj(p -> new Page()).toList();
    }

    /** The number of a record: which producer sent it, and as how manieth. */
    static long record(int producer, int number) {
        return (long) producer << 32 | number;
    }

    /** A record is about to be sent. */
    synchronized void sending(long record) {
        lastSent = isOfFirst(record) ? record : lastSent;
    }

    private static boolean isOfFirst(long record) {
        return record >> 32 == 0;
    }

    synchronized void failed(Exception failure) {
        failures.add(failure);
    }

    synchronized void acked(int partition, long offset, long record) {
        Page page = pages.get(partition);
        long now = System.nanoTime();
        if (page.lastAckNanos != NEVER) {
            long silentMs = (now - page.lastAckNanos) / 1_000_000;
            if (silentMs > page.longest.milliseconds()) {
                page.longest = new Silence(partition, silentMs, Instant.now());
            }
        }
        page.lastAckNanos = now;
        page.lastAcked = isOfFirst(record) ? record : page.lastAcked;
        Long before = page.acked.put(offset, record);
        page.ackedTwice += before != null ? 1 : 0;
        acked++;
    }

    synchronized void delivered(int partition, long offset, long record) {
        Page page = pages.get(partition);
        Long before = page.delivered.put(offset, record);
        if (before != null && before != record) {
            page.deliveredOther++;
        }
        page.lastDelivered = isOfFirst(record) ? record : page.lastDelivered;
    }

    synchronized void committed(int partition, long position) {
        Page page = pages.get(partition);
        page.committed = Math.max(page.committed, position);
    }

    /** The position that the group is known to have committed in a partition. */
    synchronized long committed(int partition) {
        return pages.get(partition).committed;
    }

    /** Somebody was told a committed position in a partition, after another one had been committed. */
    synchronized void told(int partition, long position, long committedBefore) {
        pages.get(partition).steppedBack += position < committedBefore ? 1 : 0;
    }

    synchronized long ackedCount() {
        return acked;
    }

    synchronized List<Exception> failures() {
        return List.copyOf(failures);
    }

    synchronized void forgetGaps() {
        pages.forEach(page -> page.longest = new Silence(0, 0, Instant.EPOCH));
    }

    synchronized Silence longestSilence() {
        return pages.stream().map(page -> page.longest).max(Comparator.naturalOrder()).orElseThrow();
    }

    synchronized Mark mark() {
        return new Mark(lastSent);
    }

    /** Whether in every partition a record was acknowledged, and one delivered, that was sent later than that. */
    synchronized boolean hasFlowedSince(Mark mark) {
        return pages.stream().allMatch(page -> page.lastAcked > mark.sent() && page.lastDelivered > mark.sent());
    }

    /** For a failing test: in which partitions something sent later than that was acknowledged, and delivered. */
    synchronized String flowSince(Mark mark) {
        return String.format(
                "acknowledged in %s, delivered in %s of %d partitions",
                IntStream.range(0, pages.size()).filter(p -> pages.get(p).lastAcked > mark.sent()).boxed().toList(),
                IntStream.range(0, pages.size()).filter(p -> pages.get(p).lastDelivered > mark.sent()).boxed().toList(),
                pages.size());
    }

    /** In how many partitions a record was acknowledged that was sent later than that. */
    synchronized long acknowledgingSince(Mark mark) {
        return pages.stream().filter(page -> page.lastAcked > mark.sent()).count();
    }

    /** In how many partitions a record was delivered that was sent later than that. */
    synchronized long deliveringSince(Mark mark) {
        return pages.stream()
                .filter(page -> page.lastDelivered > mark.sent())
                .count();
    }

    synchronized boolean isAllDelivered() {
        return pages.stream()
                .allMatch(page -> page.delivered.keySet().containsAll(page.acked.keySet()));
    }

    /** Holds what is stored, in order of each partition, against promises and deliveries. */
    synchronized NumberedVerdict judge(
            List<ConsumerRecord<String, String>> stored, long fullAfterMs, int differing, String remark) {
        List<Map<Long, Long>> contents =
                pages.stream().map(page -> (Map<Long, Long>) new HashMap<Long, Long>()).toList();
        Set<Long> numbers = new HashSet<>();
        Map<String, Long> last = new HashMap<>();
        long duplicated = 0;
        long reordered = 0;
        for (ConsumerRecord<String, String> each : stored) {
            long record = Long.parseLong(each.value());
            contents.get(each.partition()).put(each.offset(), record);
            duplicated += numbers.add(record) ? 0 : 1;
            Long before = last.put(each.partition() + "/" + (record >> 32), record);
            reordered += before != null && before > record ? 1 : 0;
        }
        long lost = 0;
        long phantoms = 0;
        long unread = 0;
        long steppedBack = 0;
        for (int p = 0; p < pages.size(); p++) {
            Page page = pages.get(p);
            Map<Long, Long> content = contents.get(p);
            lost += missing(page.acked, content) + page.ackedTwice;
            phantoms += missing(page.delivered, content) + page.deliveredOther;
            unread += missing(page.acked, page.delivered);
            steppedBack += page.steppedBack;
        }
        return new NumberedVerdict(
                acked,
                failures.size(),
                lost,
                duplicated,
                reordered,
                phantoms,
                unread,
                steppedBack,
                longestSilence(),
                fullAfterMs,
                differing,
                remark);
    }

    private static long missing(Map<Long, Long> wanted, Map<Long, Long> there) {
        return wanted.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(there.get(entry.getKey())))
                .count();
    }
}

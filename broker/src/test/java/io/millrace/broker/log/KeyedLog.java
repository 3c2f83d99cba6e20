package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A compacted log and what was ever written to it: the simplest model of what has to be in it. */
final class KeyedLog {
    /** A record as it was written; no value for a tombstone. */
    record Entry(long offset, String key, Optional<String> value, long timestamp) {}

    private final List<Entry> written = new ArrayList<>();
    private final Map<Long, Integer> sequences = new HashMap<>();
    private Log log;

    KeyedLog(Log log) {
        this.log = log;
    }

    Log log() {
        return log;
    }

    void reopened(Log again) {
        log = again;
    }

    /** Puts one batch together. */
    final class Batch {
        private final BatchBuilder builder = BatchBuilder.create().leaderEpoch(0);
        private final List<Entry> entries = new ArrayList<>();

        Batch() {
            builder.baseOffset(log.endOffset());
        }

        Batch put(String key, String value, long timestamp) {
            return add(key, Optional.of(value), timestamp);
        }

        Batch delete(String key, long timestamp) {
            return add(key, Optional.empty(), timestamp);
        }

        private Batch add(String key, Optional<String> value, long timestamp) {
            builder.append(timestamp, bytes(key), value.map(KeyedLog::bytes).orElse(null));
            entries.add(new Entry(log.endOffset() + entries.size(), key, value, timestamp));
            return this;
        }

        Batch compressed(Compression codec) {
            builder.compression(codec);
            return this;
        }

        Batch by(long producerId) {
            int sequence = sequences.getOrDefault(producerId, 0);
            builder.producer(producerId, (short) 0, sequence);
            sequences.put(producerId, sequence + entries.size());
            return this;
        }

        void append() {
            log.append(Batches.direct(builder.build()));
            log.advanceHighWatermark(log.endOffset());
            written.addAll(entries);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    Batch batch() {
        return new Batch();
    }

    /** What is in the log now. */
    static List<Entry> read(Log log) {
        List<Entry> found = new ArrayList<>();
        for (ByteBuffer bytes : Disks.readAll(log)) {
            RecordBatch batch = new RecordBatches(bytes).next();
            assertTrue(batch.hasValidCrc(), batch::toString);
            for (Record record : batch.records(1 << 20)) {
                found.add(new Entry(
                        record.offset(),
                        text(record.key().orElseThrow()),
                        record.value().map(KeyedLog::text),
                        record.timestamp()));
            }
        }
        return found;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    /** The values that who reads all of it comes to. */
    private static Map<String, String> state(List<Entry> entries) {
        Map<String, String> state = new HashMap<>();
        for (Entry entry : entries) {
            entry.value().ifPresentOrElse(value -> state.put(entry.key(), value), () -> state.remove(entry.key()));
        }
        return state;
    }

    /** Nothing is there that was not written, and nothing is lost that compaction has to keep. */
    void assertRight(long nowMs, long deleteRetentionMs) {
        List<Entry> found = read(log);
        Map<Long, Entry> byOffset = new HashMap<>();
        written.forEach(entry -> byOffset.put(entry.offset(), entry));
        long last = -1;
        for (Entry entry : found) {
            assertTrue(entry.offset() > last, "offsets rise");
            assertEquals(byOffset.get(entry.offset()), entry, "a record is as it was written");
            last = entry.offset();
        }
        assertEquals(written.size(), log.endOffset(), "offsets never change");
        assertEquals(state(written), state(found));
        Set<Entry> present = new HashSet<>(found);
        for (Entry entry : newest(written).values()) {
            assertTrue(
                    present.contains(entry)
                            || (entry.value().isEmpty() && nowMs - entry.timestamp() >= deleteRetentionMs),
                    () -> entry + " went too early");
        }
        assertOncePerKey(found);
        assertSequencesGoOn();
    }

    private static Map<String, Entry> newest(List<Entry> entries) {
        Map<String, Entry> newest = new HashMap<>();
        entries.forEach(entry -> newest.put(entry.key(), entry));
        return newest;
    }

    private void assertOncePerKey(List<Entry> found) {
        List<Entry> clean = found.stream()
                .filter(entry -> entry.offset() < log.compaction().cleanUpTo())
                .toList();
        assertEquals(Set.copyOf(newest(clean).values()), Set.copyOf(clean), "a key is there once");
    }

    private void assertSequencesGoOn() {
        Map<Long, Integer> next = new HashMap<>();
        log.producers().active().forEach(known -> next.put(known.producerId(), known.lastSequence() + 1));
        assertEquals(sequences, next);
    }

    /** A fetch from any offset gives the first batch that does not end below it. */
    void assertFetchedFromEveryOffset() {
        List<RecordBatch> batches = Disks.readAll(log).stream()
                .map(bytes -> new RecordBatches(bytes).next())
                .toList();
        int next = 0;
        for (long offset = log.startOffset(); offset < log.endOffset(); offset++) {
            while (batches.get(next).lastOffset() < offset) {
                next++;
            }
            RecordBatch first =
                    Disks.batches(log.read(offset, 1, Long.MAX_VALUE, true)).get(0);
            assertEquals(batches.get(next).baseOffset(), first.baseOffset(), "from " + offset);
        }
    }

    /** A look-up by time gives the first record in the log that is not older. */
    void assertFoundByTime(long timestamp) {
        Optional<Long> expected = read(log).stream()
                .filter(entry -> entry.timestamp() >= timestamp)
                .map(Entry::offset)
                .findFirst();
        assertEquals(expected, log.offsetAt(timestamp).map(TimestampedOffset::offset), "at " + timestamp);
    }
}

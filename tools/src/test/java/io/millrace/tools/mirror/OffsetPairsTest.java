package io.millrace.tools.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Positions that are translated by offset pairs, beside a map of every single record. */
class OffsetPairsTest {
    private final long seed = Long.getLong("test.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    /** Every record, as it lies in the source and in the target. */
    private final NavigableMap<Long, Long> records = new TreeMap<>();

    private final NavigableMap<Integer, ByteBuffer> written = new TreeMap<>();
    private long source;
    private long target;

    @Test
    void aPositionBecomesThatOfTheVeryNextRecordWhateverLiesBetween() {
        for (int round = 0; round < 30; round++) {
            records.clear();
            written.clear();
            source = random.nextInt(1000);
            target = random.nextInt(1000);
            OffsetPairs pairs =
                    new OffsetPairs(source, target, new ProducerPlace(7, (short) 0, Integer.MAX_VALUE - 50));
            int batches = random.nextInt(3000);
            for (int batch = 0; batch < batches; batch++) {
                pairs.add(someBatch(), source);
                if (random.nextInt(50) == 0) {
                    write(pairs, random.nextInt(5) == 0);
                }
                if (random.nextInt(300) == 0) {
                    targetLoses(pairs);
                }
            }
            write(pairs, false);
            check(pairs);
            check(OffsetPairs.read(written));
        }
    }

    /** Dense, or with gaps; behind it maybe something that is not copied, in front of it what others have written. */
    private List<OffsetPairs.Run> someBatch() {
        List<OffsetPairs.Run> runs = new ArrayList<>();
        if (random.nextInt(10) == 0) {
            target += random.nextInt(5);
        }
        int parts = random.nextInt(10) == 0 ? 1 + random.nextInt(4) : 1;
        for (int part = 0; part < parts; part++) {
            int length = 1 + random.nextInt(9);
            runs.add(new OffsetPairs.Run(source, target, length));
            for (int i = 0; i < length; i++) {
                records.put(source++, target++);
            }
            source += part < parts - 1 ? 1 + random.nextInt(3) : 0;
        }
        if (random.nextInt(10) == 0) {
            source += random.nextInt(5);
        }
        return runs;
    }

    /** @param isLost whether it gets nowhere, and is written with the next */
    private void write(OffsetPairs pairs, boolean isLost) {
        OffsetPairs.Changes changes = pairs.changes();
        if (isLost) {
            return;
        }
        changes.chunks().forEach(chunk -> {
            if (chunk.value() == null) {
                written.remove(chunk.number());
            } else {
                written.put(chunk.number(), chunk.value());
            }
        });
        pairs.wrote(changes);
    }

    private void targetLoses(OffsetPairs pairs) {
        target -= Math.min(records.size(), random.nextInt(2000));
        records.values().removeIf(offset -> offset >= target);
        pairs.cutAt(target, 0);
        source = records.isEmpty() ? pairs.place().sourceNext() : records.lastKey() + 1;
    }

    private void check(OffsetPairs pairs) {
        assertEquals(source, pairs.place().sourceNext(), this::seed);
        long first = records.isEmpty() ? 0 : records.firstKey();
        for (long position = first - 3; position < source + 3; position++) {
            long translated = pairs.translate(position);
            Map.Entry<Long, Long> next = records.ceilingEntry(position);
            Map.Entry<Long, Long> before = records.lowerEntry(position);
            long at = position;
            assertTrue(next == null || translated <= next.getValue(), () -> at + " is " + translated + ", " + seed());
            assertTrue(
                    before == null || translated > before.getValue(), () -> at + " is " + translated + ", " + seed());
        }
    }

    private String seed() {
        return "-Dtest.seed=" + seed;
    }
}

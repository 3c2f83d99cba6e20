package io.millrace.broker.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What the members of a group were given, held against what was sent: every line at least once, repeats only after a
 * member was killed, the lines of each partition in the order in which they were sent.
 */
final class Deliveries {
    private final SentLines sent;
    private final long[] offsets;
    private final int[] partitions;
    private final long[] perPartition;
    private long delivered;
    private long repeatsBefore;
    private long repeatsAfter;
    private long storedTwice;
    private long damaged;
    private long steppedBack;

    Deliveries(SentLines sent, int lines, int partitionCount) {
        this.sent = sent;
        offsets = new long[lines];
        Arrays.fill(offsets, -1);
        partitions = new int[lines];
        perPartition = new long[partitionCount];
    }

    /** The outcome; all but the first four must be 0. */
    record Count(
            long delivered,
            long distinct,
            long repeatsAfter,
            String perPartition,
            long missing,
            long repeatsBefore,
            long storedTwice,
            long damaged,
            long outOfOrder) {
        /** Whether every line arrived whole, in order, and once where nobody was killed. */
        boolean isFlawless() {
            return missing + repeatsBefore + storedTwice + damaged + outOfOrder == 0;
        }
    }

    /**
     * Takes the files of all members.
     *
     * @param beforeKill for each file how many of its deliveries were made before the kill
     */
    void add(Map<Path, Long> beforeKill) throws IOException {
        for (Map.Entry<Path, Long> file : beforeKill.entrySet()) {
            addRange(file.getKey(), 0, file.getValue());
        }
        for (Map.Entry<Path, Long> file : beforeKill.entrySet()) {
            addRange(file.getKey(), file.getValue(), Long.MAX_VALUE);
        }
    }

    private void addRange(Path file, long from, long to) throws IOException {
        boolean before = from == 0 && to != Long.MAX_VALUE;
        long[] index = {0};
        Map<Integer, Long> last = new HashMap<>();
        DeliveryFile.read(file, (partition, offset, line, checksum) -> {
            if (index[0] >= from && index[0] < to) {
                boolean back = offset <= last.getOrDefault(partition, -1L);
                last.merge(partition, offset, Math::max);
                steppedBack += before && back ? 1 : 0;
                add(partition, offset, line, checksum, before);
            }
            index[0]++;
        });
    }

    private void add(int partition, long offset, int line, int checksum, boolean before) {
        delivered++;
        if (!sent.isLine(line, checksum)) {
            damaged++;
        } else if (offsets[line] < 0) {
            offsets[line] = offset;
            partitions[line] = partition;
            perPartition[partition]++;
        } else if (offsets[line] != offset || partitions[line] != partition) {
            storedTwice++;
        } else if (before) {
            repeatsBefore++;
        } else {
            repeatsAfter++;
        }
    }

    Count count() {
        long missing = 0;
        long outOfOrder = steppedBack;
        long[] last = new long[perPartition.length];
        Arrays.fill(last, -1);
        for (int line = 0; line < offsets.length; line++) {
            if (offsets[line] < 0) {
                missing++;
            } else {
                outOfOrder += offsets[line] <= last[partitions[line]] ? 1 : 0;
                last[partitions[line]] = offsets[line];
            }
        }
        return new Count(
                delivered,
                offsets.length - missing,
                repeatsAfter,
                Arrays.toString(perPartition),
                missing,
                repeatsBefore,
                storedTwice,
                damaged,
                outOfOrder);
    }
}

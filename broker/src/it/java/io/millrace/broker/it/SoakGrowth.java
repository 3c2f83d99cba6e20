package io.millrace.broker.it;

import java.util.ArrayList;
import java.util.List;

/** Holds the footprints that a broker left after each shift against the one after the first, which warmed it up. */
final class SoakGrowth {
    /** What tables of segments and of producers that have been may add in a shift, beside noise. */
    private static final long HEAP_BYTES_PER_SHIFT = 1_500_000;

    /** Two of the chunks that Netty's pool takes at a time, for each of two event loops. */
    private static final long NATIVE_KIB = 16 << 10;

    private static final int THREADS = 2;
    private static final int FILES = 8;

    /** The heap of a JVM is not given back, and grows up to its bound as the collector likes. */
    private static final long RESIDENT_KIB = 64 << 10;

    private final SoakFindings findings;
    private final List<SoakFootprint> footprints = new ArrayList<>();
    private final List<Long> peaks = new ArrayList<>();

    SoakGrowth(SoakFindings findings) {
        this.findings = findings;
    }

    /**
     * Notes a shift.
     *
     * @param footprint what was held after it, at rest
     * @param peakKib the most that was resident during it
     */
    void shift(SoakFootprint footprint, long peakKib) {
        footprints.add(footprint);
        peaks.add(peakKib);
    }

    /** Returns a line on what the live heap gained; growth beyond the bounds is a finding. */
    String judge() {
        if (footprints.size() < 2) {
            findings.add("there is nothing to compare", footprints.size() + " shifts");
            return "unknown";
        }
        SoakFootprint first = footprints.get(0);
        SoakFootprint last = footprints.get(footprints.size() - 1);
        if (last.heapBytes() - first.heapBytes() > HEAP_BYTES_PER_SHIFT * (footprints.size() - 1)) {
            findings.add("the live heap grew", grew(first.heapBytes(), last.heapBytes()) + ": " + last.heapGrowth(first));
        }
        if (last.nativeKib() == 0) {
            findings.add("direct memory was not told", "native memory tracking is off");
        }
        if (last.nativeKib() - first.nativeKib() > NATIVE_KIB) {
            findings.add("direct memory grew", grew(first.nativeKib(), last.nativeKib()) + " KiB");
        }
        if (last.threadGrowth(first) > THREADS) {
            findings.add("threads were left", first.threads() + ", then " + last.threads());
        }
        if (last.sockets() > first.sockets()) {
            findings.add("sockets were left", grew(first.sockets(), last.sockets()));
        }
        if (last.otherFiles() - first.otherFiles() > FILES) {
            findings.add("files were left open", grew(first.otherFiles(), last.otherFiles()));
        }
        long before = peaks.get(0);
        long after = peaks.get(peaks.size() - 1);
        if (after - before > Math.max(RESIDENT_KIB, before / 4)) {
            findings.add("resident memory grew", grew(before, after) + " KiB");
        }
        return String.format(
                "%,d bytes of live heap since the first shift: %s",
                last.heapBytes() - first.heapBytes(), last.heapGrowth(first));
    }

    private static String grew(long from, long to) {
        return "from " + from + " to " + to;
    }
}

package io.millrace.tools.mirror;

/**
 * What boards show of one partition's copy: records and bytes, and how old records were when they came and when they were
 * stored. Ages are those of the last record of each batch.
 *
 * <p>Threading: any.
 */
final class CopyFigures {
    private final Window records = new Window();
    private final Window bytes = new Window();
    private final Window age = new Window();
    private final Window latency = new Window();

    /** Batches have come whose last record is so old. */
    void fetched(long ageMs) {
        age.add((double) Math.max(0, ageMs));
    }

    /** They are stored, so many ms after their last record was made. */
    void stored(long count, long size, long latencyMs) {
        records.add((double) count);
        bytes.add((double) size);
        latency.add((double) Math.max(0, latencyMs));
    }

    Window records() {
        return records;
    }

    Window bytes() {
        return bytes;
    }

    /** In ms. */
    Window age() {
        return age;
    }

    /** In ms. */
    Window latency() {
        return latency;
    }
}

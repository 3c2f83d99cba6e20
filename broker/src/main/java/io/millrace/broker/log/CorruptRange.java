package io.millrace.broker.log;

/**
 * Bytes of a segment that are no longer the batches that were written there, and the offsets that are lost with them.
 *
 * @param segmentBase of the segment, whose file bears it as its name
 * @param position of the first byte in the file
 * @param end of the bytes, exclusive: there the next whole batch lies, or the segment ends
 * @param firstOffset the first that cannot be read
 * @param nextOffset the first that can be read again
 */
public record CorruptRange(long segmentBase, long position, long end, long firstOffset, long nextOffset) {

    boolean holds(long offset) {
        return firstOffset <= offset && offset < nextOffset;
    }

    @Override
    public String toString() {
        return "offsets " + firstOffset + " to " + (nextOffset - 1) + ", bytes " + position + " to " + (end - 1)
                + " of segment " + segmentBase;
    }
}

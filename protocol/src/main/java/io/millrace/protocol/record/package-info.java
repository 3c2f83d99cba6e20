/**
 * Record batches as they lie on the wire, on disk and in the mirror: views over buffers, in-place edits, and builders.
 *
 * <p>Knows the formats of magic 2 and, for recognition, of magic 0 and 1. May import: {@code protocol.wire}, {@code
 * protocol.compress}. Start at {@link io.millrace.protocol.record.BatchHeader} and {@link
 * io.millrace.protocol.record.RecordBatch}.
 */
package io.millrace.protocol.record;

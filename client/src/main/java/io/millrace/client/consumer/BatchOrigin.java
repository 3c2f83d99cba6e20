package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import java.nio.ByteBuffer;

/**
 * What the records of one batch have in common.
 *
 * @param payload the records behind one another, decompressed; only read by absolute positions
 * @param view the same, read-only, for the application
 */
record BatchOrigin(
        TopicPartition partition, int leaderEpoch, boolean logAppendTime, ByteBuffer payload, ByteBuffer view) {}

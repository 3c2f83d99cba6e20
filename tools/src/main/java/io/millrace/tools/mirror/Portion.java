package io.millrace.tools.mirror;

import io.millrace.protocol.message.FetchResponse.Response.Partition.AbortedTransaction;
import io.millrace.protocol.record.BufferSlice;
import java.util.List;

/**
 * Whole batches of one partition, as they came, on their way to the target.
 *
 * @param generation of the copy when they were asked for
 * @param leaderEpoch of the source
 * @param logStart of the source
 * @param from the offset that was asked for
 * @param to the offset behind the last of them
 * @param timestamp the latest in the last of them
 * @param count of the records
 * @param bytes how many, also when the records have been let go
 * @param aborted of the transactions, if that was asked for
 */
record Portion(
        PartitionCopy copy,
        int generation,
        int leaderEpoch,
        long logStart,
        long from,
        long to,
        long timestamp,
        int count,
        int bytes,
        List<AbortedTransaction> aborted,
        BufferSlice records) {

    /** Nothing but the question where the target ends. */
    static Portion question(PartitionCopy copy) {
        long start = Math.max(0, copy.sourceStart());
        return new Portion(
                copy,
                copy.generation(),
                -1,
                start,
                PartitionCopy.UNKNOWN,
                PartitionCopy.UNKNOWN,
                PartitionCopy.UNKNOWN,
                0,
                0,
                List.of(),
                BufferSlice.EMPTY);
    }

    boolean isQuestion() {
        return from == PartitionCopy.UNKNOWN;
    }
}

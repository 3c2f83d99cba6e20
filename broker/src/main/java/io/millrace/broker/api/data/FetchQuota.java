package io.millrace.broker.api.data;

import static io.millrace.broker.quota.QuotaType.CONSUMER_BYTE_RATE;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.quota.Quotas;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.record.BufferSlice;
import java.util.List;

/** What a fetch may return by the quotas of its client. Costs one volatile read where nobody has such a quota. */
record FetchQuota(Quotas quotas) {

    /** At most as many bytes as the client may have at once after a silence: more it could never be given. */
    int limit(RequestContext context, int maxBytes) {
        return quotas.limits(CONSUMER_BYTE_RATE)
                ? (int) Math.min(maxBytes, quotas.burst(CONSUMER_BYTE_RATE, context.user(), context.clientId()))
                : maxBytes;
    }

    /** Counts the records of an answer; or, if that was too much, says how many milliseconds it is to wait. */
    int charge(RequestContext context, List<FetchReader.Result> results) {
        if (!quotas.limits(CONSUMER_BYTE_RATE)) {
            return 0;
        }
        long bytes = 0;
        for (FetchReader.Result result : results) {
            bytes += result.answer().records().sizeInBytes();
        }
        return bytes == 0 ? 0 : quotas.chargeIfWithin(CONSUMER_BYTE_RATE, context.user(), context.clientId(), bytes);
    }

    /** The same results without the records, which are let go. */
    static List<FetchReader.Result> withoutRecords(List<FetchReader.Result> results) {
        FetchReader.release(results);
        return results.stream()
                .map(result -> new FetchReader.Result(result.wanted(), withoutRecords(result.answer())))
                .toList();
    }

    private static Response.Partition withoutRecords(Response.Partition answer) {
        return new Response.Partition(
                answer.partitionIndex(),
                answer.errorCode(),
                answer.highWatermark(),
                answer.lastStableOffset(),
                answer.logStartOffset(),
                answer.divergingEpoch(),
                answer.currentLeader(),
                answer.snapshotId(),
                answer.abortedTransactions(),
                answer.preferredReadReplica(),
                BufferSlice.EMPTY);
    }
}

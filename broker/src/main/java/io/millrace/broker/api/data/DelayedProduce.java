package io.millrace.broker.api.data;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.ProduceResponse.Response;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A Produce whose records have been appended and are not all committed: it is answered when they are, or its time is
 * over.
 *
 * <p>Threading: made on a request worker, answered on the thread that commits or the timer's.
 */
final class DelayedProduce {

    /**
     * A partition that is not committed yet.
     *
     * @param answer what to say once it is
     * @param committed fails with ApiException if that cannot be said any more; cancelled, it waits no more
     */
    record Pending(PartitionResponse answer, CompletableFuture<Void> committed) {}

    private final List<Response> topics;
    private final List<Pending> pending;
    private final boolean withMessages;

    /** @param withMessages whether the answer's version has a place for why something failed */
    DelayedProduce(List<Response> topics, List<Pending> pending, boolean withMessages) {
        this.topics = topics;
        this.pending = pending;
        this.withMessages = withMessages;
    }

    /**
     * The answers for all partitions, once all are known. Never fails.
     *
     * @param expired run if the time is over before that
     */
    CompletableFuture<List<Response>> start(long timeoutMs, ScheduledExecutorService timer, Runnable expired) {
        ScheduledFuture<?> deadline = timer.schedule(
                () -> {
                    expired.run();
                    pending.forEach(waiting -> waiting.committed().cancel(false));
                },
                timeoutMs,
                TimeUnit.MILLISECONDS);
        CompletableFuture<?>[] all = pending.stream().map(Pending::committed).toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(all).handle((done, failure) -> {
            deadline.cancel(false);
            return failure == null ? topics : withFailures();
        });
    }

    private List<Response> withFailures() {
        IdentityHashMap<PartitionResponse, PartitionResponse> failed = new IdentityHashMap<>();
        for (Pending waiting : pending) {
            if (waiting.committed().isCompletedExceptionally()) {
                failed.put(waiting.answer(), refusal(waiting));
            }
        }
        List<Response> changed = new ArrayList<>();
        for (Response topic : topics) {
            changed.add(new Response(
                    topic.name(),
                    topic.topicId(),
                    topic.partitionResponses().stream()
                            .map(answer -> failed.getOrDefault(answer, answer))
                            .toList()));
        }
        return changed;
    }

    private PartitionResponse refusal(Pending waiting) {
        ApiException why = waiting.committed()
                .handle((done, failure) -> failure instanceof ApiException known
                        ? known
                        : new ApiException(ErrorCode.REQUEST_TIMED_OUT, "appended, but not committed in time"))
                .join();
        return PartitionResponse.builder()
                .index(waiting.answer().index())
                .errorCode(why.error())
                .errorMessage(withMessages ? why.getMessage() : null)
                .baseOffset(-1)
                .build();
    }
}

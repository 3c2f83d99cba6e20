package io.millrace.broker.api.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.ManualTimer;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ProduceResponse.Response;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DelayedProduceTest {
    private final ManualTimer timer = new ManualTimer();

    /** Equal to the one after it, as the first records of two topics are. */
    private final PartitionResponse waitingInA = answer();

    private final PartitionResponse doneInB = answer();
    private final PartitionResponse waitingInC = answer();
    private final CompletableFuture<Void> a = new CompletableFuture<>();
    private final CompletableFuture<Void> c = new CompletableFuture<>();

    private static PartitionResponse answer() {
        return PartitionResponse.builder().index(0).baseOffset(5).build();
    }

    private CompletableFuture<List<Response>> start(boolean withMessages) {
        List<Response> topics = List.of(
                new Response("a", Uuid.ZERO, List.of(waitingInA)),
                new Response("b", Uuid.ZERO, List.of(doneInB)),
                new Response("c", Uuid.ZERO, List.of(waitingInC)));
        return new DelayedProduce(
                        topics,
                        List.of(new DelayedProduce.Pending(waitingInA, a), new DelayedProduce.Pending(waitingInC, c)),
                        withMessages)
                .start(1000, timer, () -> {});
    }

    private static PartitionResponse only(CompletableFuture<List<Response>> answer, int topic) {
        return answer.join().get(topic).partitionResponses().get(0);
    }

    @Test
    void isAnsweredOnceAllIsCommitted() {
        CompletableFuture<List<Response>> answer = start(true);
        a.complete(null);
        assertFalse(answer.isDone());
        c.complete(null);
        assertSame(waitingInA, only(answer, 0));
        assertSame(waitingInC, only(answer, 2));
        assertEquals(0, timer.outstanding());
    }

    @Test
    void aFailureIsThatPartitionsAlone() {
        CompletableFuture<List<Response>> answer = start(true);
        c.completeExceptionally(new ApiException(ErrorCode.KAFKA_STORAGE_ERROR, "a disk"));
        a.complete(null);
        assertSame(waitingInA, only(answer, 0));
        assertSame(doneInB, only(answer, 1));
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR.code(), only(answer, 2).errorCode());
        assertEquals(-1, only(answer, 2).baseOffset());
        assertEquals("a disk", only(answer, 2).errorMessage());
    }

    @Test
    void whatIsNotCommittedInTimeIsSaidSoAndWaitsNoMore() {
        CompletableFuture<List<Response>> answer = start(false);
        a.complete(null);
        timer.advance(999);
        assertFalse(answer.isDone());
        timer.advance(1);
        assertSame(waitingInA, only(answer, 0));
        assertEquals(ErrorCode.REQUEST_TIMED_OUT.code(), only(answer, 2).errorCode());
        assertNull(only(answer, 2).errorMessage(), "its version has no place for one");
        assertTrue(c.isCancelled());
    }
}

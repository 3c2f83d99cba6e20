package io.millrace.broker.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class CommitWaitersTest {
    private final CommitWaiters waiters = new CommitWaiters();

    @Test
    void thoseBelowTheOffsetAreAnsweredInOrderAndNoOthers() {
        List<Integer> answered = new ArrayList<>();
        waiters.add(7, true).thenRun(() -> answered.add(7));
        waiters.add(3, true).thenRun(() -> answered.add(3));
        CompletableFuture<Void> above = waiters.add(8, true);
        waiters.committed(2, Optional.empty());
        assertEquals(List.of(), answered);
        waiters.committed(7, Optional.empty());
        assertEquals(List.of(3, 7), answered);
        assertFalse(above.isDone());
    }

    @Test
    void aRefusalReachesAllAndLaterOnesWaitAnew() {
        ApiException why = new ApiException(ErrorCode.KAFKA_STORAGE_ERROR, "a disk");
        CompletableFuture<Void> one = waiters.add(1, true);
        CompletableFuture<Void> two = waiters.add(2, true);
        waiters.refuse(why);
        assertSame(why, assertThrows(CompletionException.class, one::join).getCause());
        assertSame(why, assertThrows(CompletionException.class, two::join).getCause());
        CompletableFuture<Void> later = waiters.add(2, true);
        assertFalse(later.isDone());
        waiters.committed(2, Optional.empty());
        assertTrue(later.isDone());
    }

    @Test
    void whoCancelsIsForgotten() {
        CompletableFuture<Void> one = waiters.add(1, true);
        one.cancel(false);
        waiters.committed(1, Optional.empty());
        assertTrue(one.isCancelled());
    }
}

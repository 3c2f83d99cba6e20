package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class GroupSyncTest {
    private final Deque<Runnable> queue = new ArrayDeque<>();
    private final List<String> events = new ArrayList<>();
    private Runnable duringSync = () -> {};

    private final GroupSync sync = new GroupSync(
            queue::add,
            () -> {
                events.add("sync");
                duringSync.run();
            },
            failure -> events.add(failure.map(why -> "failed").orElse("told")));

    private void runAll() {
        while (!queue.isEmpty()) {
            queue.poll().run();
        }
    }

    @Test
    void oneSyncServesAllWhoAskBeforeItBegins() {
        for (int i = 0; i < 64; i++) {
            sync.request();
        }
        runAll();
        assertEquals(List.of("sync", "told"), events);
    }

    @Test
    void thoseWhoAskDuringASyncShareTheNextOne() {
        duringSync = () -> {
            duringSync = () -> {};
            for (int i = 0; i < 64; i++) {
                sync.request();
            }
        };
        sync.request();
        runAll();
        assertEquals(List.of("sync", "told", "sync", "told"), events);
    }

    @Test
    void theNextSyncIsQueuedBeforeAnybodyIsTold() {
        List<Integer> queuedWhenTold = new ArrayList<>();
        GroupSync[] self = new GroupSync[1];
        boolean[] first = {true};
        self[0] = new GroupSync(
                queue::add,
                () -> {
                    if (first[0]) {
                        first[0] = false;
                        self[0].request();
                    }
                },
                failure -> queuedWhenTold.add(queue.size()));
        self[0].request();
        runAll();
        assertEquals(List.of(1, 0), queuedWhenTold);
    }

    @Test
    void nothingRunsUnasked() {
        sync.request();
        runAll();
        runAll();
        sync.request();
        runAll();
        assertEquals(List.of("sync", "told", "sync", "told"), events);
    }

    @Test
    void aFailureIsToldAndTheNextRequestTriesAgain() {
        duringSync = () -> {
            throw new ApiException(ErrorCode.KAFKA_STORAGE_ERROR, "a disk");
        };
        sync.request();
        runAll();
        duringSync = () -> {};
        sync.request();
        runAll();
        assertEquals(List.of("sync", "failed", "sync", "told"), events);
    }

    @Test
    void aRequestAfterTheThreadsHaveStoppedIsPassedOver() {
        int[] asked = {0};
        GroupSync stopped = new GroupSync(
                task -> {
                    asked[0]++;
                    throw new RejectedExecutionException();
                },
                () -> {},
                failure -> {});
        stopped.request();
        stopped.request();
        assertEquals(2, asked[0], "and it does not take itself for queued");
    }
}

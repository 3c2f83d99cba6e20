package io.millrace.client.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.net.ChunkPool;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class SendBufferTest {
    private static final int CHUNK = SendBuffer.LARGEST_CHUNK;

    private final SendBuffer buffer = new SendBuffer(new ChunkPool(), 4 * CHUNK, 4 * CHUNK);

    @Test
    void neverMoreThanTheBoundIsLent() {
        List<ByteBuffer> taken = new ArrayList<>();
        assertTrue(buffer.take(3, taken));
        assertFalse(buffer.take(2, taken), "all or nothing");
        assertEquals(3, taken.size());
        assertFalse(buffer.reserve(CHUNK + 1));
        assertTrue(buffer.reserve(CHUNK));
        assertEquals(buffer.bound(), buffer.used());
        buffer.unreserve(CHUNK);
        buffer.give(taken);
        assertEquals(0, buffer.used());
    }

    @Test
    void chunksAreUsedAgain() {
        List<ByteBuffer> first = new ArrayList<>();
        buffer.take(1, first);
        first.get(0).putLong(7);
        ByteBuffer chunk = first.get(0);
        buffer.give(first);
        List<ByteBuffer> second = new ArrayList<>();
        buffer.take(1, second);
        assertSame(chunk, second.get(0));
        assertEquals(CHUNK, second.get(0).remaining(), "empty again");
    }

    @Test
    void whoWaitsForRoomGoesOnWhenThereIsSome() {
        List<ByteBuffer> taken = new ArrayList<>();
        buffer.take(4, taken);
        CompletableFuture<Void> waited = CompletableFuture.runAsync(
                () -> buffer.awaitRoom(100, Duration.ofSeconds(15), SendBufferTest::nobodyHurries));
        MillraceException late = assertThrows(
                MillraceException.class,
                () -> buffer.awaitRoom(100, Duration.ofMillis(50), SendBufferTest::nobodyHurries));
        assertEquals(Reason.TIMED_OUT, late.reason());
        assertFalse(waited.isDone());
        buffer.give(taken);
        waited.join();
    }

    @Test
    void moreThanAllThereIsIsRefusedAtOnce() {
        MillraceException never = assertThrows(
                MillraceException.class,
                () -> buffer.awaitRoom(5 * CHUNK, Duration.ofDays(1), SendBufferTest::nobodyHurries));
        assertEquals(Reason.INVALID, never.reason());
    }

    @Test
    void closingEndsAllWaits() {
        buffer.take(4, new ArrayList<>());
        CompletableFuture<Reason> waited = CompletableFuture.supplyAsync(() -> assertThrows(
                        MillraceException.class,
                        () -> buffer.awaitRoom(1, Duration.ofSeconds(15), SendBufferTest::nobodyHurries))
                .reason());
        Awaitility.await().until(() -> {
            buffer.close();
            return waited.isDone();
        });
        assertEquals(Reason.CLOSED, waited.join());
    }

    private static void nobodyHurries() {}
}

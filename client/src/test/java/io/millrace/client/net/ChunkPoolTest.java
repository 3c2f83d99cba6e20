package io.millrace.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChunkPoolTest {
    private static final int SIZE = 1024;

    private final ChunkPool pool = new ChunkPool();

    @Test
    void aChunkThatCameBackIsTheNext() {
        pool.serve(SIZE);
        ByteBuffer chunk = pool.take(SIZE);
        chunk.putLong(7).flip();
        pool.give(List.of(chunk));
        ByteBuffer next = pool.take(SIZE);
        assertSame(chunk, next);
        assertEquals(SIZE, next.remaining(), "empty again");
        assertNotSame(chunk, pool.take(SIZE));
    }

    @Test
    void sizesAreNotMixedUp() {
        pool.serve(2 * SIZE);
        pool.give(List.of(pool.take(SIZE)));
        assertEquals(SIZE / 2, pool.take(SIZE / 2).remaining());
    }

    @Test
    void noMoreIsKeptThanTheLargestUserMayUse() {
        pool.serve(2 * SIZE);
        pool.serve(SIZE);
        List<ByteBuffer> three = List.of(pool.take(SIZE), pool.take(SIZE), pool.take(SIZE));
        pool.give(three);
        assertSame(three.get(1), pool.take(SIZE));
        assertSame(three.get(0), pool.take(SIZE));
        assertNotSame(three.get(2), pool.take(SIZE));
    }
}

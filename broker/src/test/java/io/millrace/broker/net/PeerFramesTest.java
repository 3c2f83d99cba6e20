package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.wire.MalformedMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that come in pieces, and what is none. The answer due next has the number of those that came before. */
class PeerFramesTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private EmbeddedChannel channel;
    private PeerFrames frames;
    private int due;

    PeerFramesTest() {
        open();
    }

    private void open() {
        due = 0;
        frames = new PeerFrames(id -> id == due);
        channel = new EmbeddedChannel();
        channel.config().setAllocator(allocator);
        channel.pipeline().addLast(frames);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        assertEquals(0, allocator.metric().usedDirectMemory(), "every buffer is given back");
    }

    /** As the transport does it: asks for a buffer, fills it as far as there is something, and hands it on. */
    @SuppressWarnings("deprecation") // the interface that Netty itself asks for a buffer
    private void read(ByteBuffer from, int most) {
        RecvByteBufAllocator.Handle buffers = frames.newHandle();
        ByteBuf next = buffers.allocate(allocator);
        assertTrue(next.isWritable(), "a read into nothing looks like the end of the stream");
        int bytes = Math.min(Math.min(most, next.writableBytes()), from.remaining());
        next.writeBytes(from.slice(from.position(), bytes));
        from.position(from.position() + bytes);
        channel.writeInbound(next);
    }

    private static void put(ByteBuffer out, int id, byte[] rest) {
        out.putInt(4 + rest.length).putInt(id).put(rest);
    }

    private void expect(byte[] rest) {
        ByteBuf frame = channel.readInbound();
        assertEquals(due, frame.readInt());
        byte[] got = new byte[frame.readableBytes()];
        frame.readBytes(got).release();
        assertEquals(ByteBuffer.wrap(rest), ByteBuffer.wrap(got));
        due++;
    }

    @Test
    void anAnswerThatIsCutAnywhereArrivesWhole() {
        byte[] rest = new byte[40];
        new Random(1).nextBytes(rest);
        for (int cut = 1; cut < 48; cut++) {
            ByteBuffer bytes = ByteBuffer.allocate(48);
            put(bytes, due, rest);
            bytes.flip();
            read(bytes, cut);
            assertNull(channel.readInbound());
            while (bytes.hasRemaining()) {
                read(bytes, 48);
            }
            expect(rest);
        }
    }

    @Test
    void answersOfAllSizesArriveWholeHoweverTheyAreCut() {
        long seed = Long.getLong("test.seed", System.nanoTime());
        System.out.println("test.seed=" + seed);
        Random random = new Random(seed);
        byte[][] answers = new byte[300][];
        int total = 0;
        for (int i = 0; i < answers.length; i++) {
            answers[i] = new byte[random.nextInt(random.nextInt(10) == 0 ? 200_000 : 300)];
            random.nextBytes(answers[i]);
            total += 8 + answers[i].length;
        }
        ByteBuffer all = ByteBuffer.allocate(total);
        for (int i = 0; i < answers.length; i++) {
            put(all, i, answers[i]);
        }
        all.flip();
        frames = new PeerFrames(id -> true);
        channel.pipeline().removeFirst();
        channel.pipeline().addFirst(frames);
        while (due < answers.length) {
            read(all, 1 + random.nextInt(random.nextBoolean() ? 20 : 100_000));
            while (!channel.inboundMessages().isEmpty()) {
                expect(answers[due]);
            }
        }
    }

    @Test
    void aLargeAnswerIsReadIntoOneBufferOfItsSize() {
        byte[] rest = new byte[3 << 20];
        ByteBuffer bytes = ByteBuffer.allocate(8 + rest.length);
        put(bytes, 0, rest);
        bytes.flip();
        read(bytes, 100);
        assertEquals(4 + rest.length, allocator.metric().usedDirectMemory());
        while (bytes.hasRemaining()) {
            read(bytes, 100_000);
            assertEquals(4 + rest.length, allocator.metric().usedDirectMemory());
        }
        expect(rest);
    }

    @Test
    void aLengthThatNoAnswerHasIsRefusedAtOnce() {
        for (int length : new int[] {PeerFrames.MAX_FRAME_BYTES + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE, 0, 3}) {
            ByteBuffer bytes = ByteBuffer.allocate(4).putInt(length).flip();
            assertThrows(MalformedMessageException.class, () -> read(bytes, 4), () -> length + " bytes");
            close();
            open();
        }
    }

    @Test
    void anAnswerThatIsNotDueGetsNoMemory() {
        ByteBuffer bytes = ByteBuffer.allocate(8)
                .putInt(PeerFrames.MAX_FRAME_BYTES)
                .putInt(1)
                .flip();
        assertThrows(MalformedMessageException.class, () -> read(bytes, 8));
        assertEquals(0, allocator.metric().usedDirectMemory());
    }

    @Test
    void behindARefusedAnswerNothingIsRead() {
        ByteBuffer bytes = ByteBuffer.allocate(100);
        put(bytes, 7, new byte[3]);
        put(bytes, 0, new byte[3]);
        bytes.flip();
        assertThrows(MalformedMessageException.class, () -> read(bytes, 100));
        ByteBuffer good = ByteBuffer.allocate(100);
        put(good, 0, new byte[3]);
        good.flip();
        read(good, 100);
        assertNull(channel.readInbound());
    }

    @Test
    void anAnswerThatGetsNoBufferLeavesNothingBehind() {
        channel.config().setAllocator(new ScarceAllocator(allocator, 0));
        ByteBuffer bytes = ByteBuffer.allocate(8).putInt(100_000).putInt(0).flip();
        assertThrows(OutOfMemoryError.class, () -> read(bytes, 8));
        assertEquals(0, allocator.metric().usedDirectMemory());
    }

    @Test
    void aConnectionThatEndsWithinAnAnswerLeavesNothingBehind() {
        for (int here : new int[] {1, 6, 10, 20_000}) {
            ByteBuffer bytes = ByteBuffer.allocate(50_000);
            put(bytes, 0, new byte[40_000]);
            bytes.flip().limit(here);
            while (bytes.hasRemaining()) {
                read(bytes, here);
            }
            close();
            open();
        }
    }

    @Test
    void randomBytesAreAnswersOrRefusedAndNothingElse() {
        long seed = Long.getLong("test.seed", System.nanoTime());
        System.out.println("test.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            ByteBuffer bytes = ByteBuffer.allocate(1 + random.nextInt(400));
            random.nextBytes(bytes.array());
            boolean plausible = random.nextBoolean();
            for (int at = 0; plausible && at + 8 < bytes.capacity(); at += 4 + bytes.getInt(at)) {
                bytes.putInt(at, 4 + random.nextInt(100)).putInt(at + 4, due + (random.nextInt(20) == 0 ? 1 : 0));
            }
            try {
                while (bytes.hasRemaining()) {
                    read(bytes, 1 + random.nextInt(50));
                }
            } catch (MalformedMessageException refused) {
                assertTrue(refused.getMessage().startsWith("an answer"), refused.getMessage());
            }
            close();
            open();
        }
    }
}

package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Frames that are cut at places where a socket seldom cuts them. */
class FrameReaderTest {
    private static final int MAX_FRAME_BYTES = 1 << 20;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final MemoryBudget budget = new MemoryBudget(8 << 20);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ReadGate gate = new ReadGate(channel);
    private final FrameReader reader = new FrameReader(MAX_FRAME_BYTES, budget, gate);

    FrameReaderTest() {
        channel.config().setAllocator(allocator);
        channel.pipeline().addLast(new Receiving());
    }

    /** Hands frames on to the end of the pipeline. */
    private final class Receiving extends ChannelInboundHandlerAdapter implements FrameReader.Receiver {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            reader.read(context, (ByteBuf) message);
        }

        @Override
        public void frame(ChannelHandlerContext context, Frame frame) {
            context.fireChannelRead(frame);
        }

        @Override
        public void noFrame(ChannelHandlerContext context, String why) {
            throw new AssertionError(why);
        }

        @Override
        public void framesEnd(ChannelHandlerContext context) {}

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            reader.close();
        }
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        assertEquals(0, budget.held());
        assertEquals(0, allocator.metric().usedDirectMemory(), "every buffer is given back");
    }

    private ByteBuf head(int frameBytes, int here) {
        return allocator.directBuffer(4 + here).writeInt(frameBytes).writeZero(here);
    }

    @Test
    void wherePartOfAFrameIsHereThereIsRoomForMoreAndAllOfItIsCounted() {
        for (int here : new int[] {0, 16_383, 16_384, 16_385, 32_768, 65_536, 99_999}) {
            channel.writeInbound(head(100_000, here));
            assertTrue(budget.held() > here, () -> budget.held() + " bytes are counted of " + here);
            int missing = 100_000 - here;
            while (missing > 0) {
                missing -= readOnce(missing);
            }
            Frame frame = channel.readInbound();
            assertEquals(100_000, frame.bytes().readableBytes());
            assertEquals(100_000, budget.held());
            frame.release();
            assertEquals(0, budget.held());
            forgetLargeFrames();
        }
    }

    /** A frame as large as those before it would get all its memory at once. */
    private void forgetLargeFrames() {
        for (int i = 0; i < 30; i++) {
            channel.writeInbound(head(1, 1));
            ((Frame) channel.readInbound()).release();
        }
    }

    /** As the transport does it: asks for a buffer, fills it, and hands it on. */
    @SuppressWarnings("deprecation") // the interface that Netty itself asks for a buffer
    private int readOnce(int most) {
        RecvByteBufAllocator.Handle buffers = reader.newHandle();
        ByteBuf next = buffers.allocate(allocator);
        assertTrue(next.isWritable(), "a read into nothing looks like the end of the stream");
        int read = Math.min(most, next.writableBytes());
        next.writeZero(read);
        channel.writeInbound(next);
        return read;
    }

    @Test
    void aFrameThatGetsNoBufferLeavesNothingBehind() {
        channel.config().setAllocator(new ScarceAllocator(allocator, 0));
        ByteBuf head = head(100_000, 10);
        assertThrows(OutOfMemoryError.class, () -> channel.writeInbound(head));
        assertEquals(0, head.refCnt());
        assertEquals(0, budget.held());
    }

    @Test
    void aFrameThatHasBegunIsReadToItsEndThoughItsClientIsThrottled() {
        channel.writeInbound(head(50_000, 10));
        gate.hold(ReadGate.Reason.THROTTLED);
        assertTrue(channel.config().isAutoRead());
        for (int missing = 50_000 - 10; missing > 0; ) {
            missing -= readOnce(missing);
        }
        assertFalse(channel.config().isAutoRead());
        ((Frame) channel.readInbound()).release();
        gate.lift(ReadGate.Reason.THROTTLED);
        assertTrue(channel.config().isAutoRead());
    }

    @Test
    void wantOfMemoryStopsTheReadingWithinAFrameToo() {
        channel.writeInbound(head(50_000, 10));
        gate.hold(ReadGate.Reason.NO_MEMORY);
        assertFalse(channel.config().isAutoRead());
        gate.lift(ReadGate.Reason.NO_MEMORY);
        assertTrue(channel.config().isAutoRead());
    }
}

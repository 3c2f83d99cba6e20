package io.millrace.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One frame, in as many reads as its buffers make of it, each read a copy from memory as a socket's is. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBenchmark {
    private static final int LENGTH_BYTES = 4;

    @Param({"100", "16384", "1048576"})
    int bytes;

    private EmbeddedChannel channel;
    private ReadBuffers buffers;
    private byte[] frame;

    /** Who takes the frames and is done with them at once. */
    private static final class Sink extends ChannelInboundHandlerAdapter implements FrameReader.Receiver {
        private final FrameReader reader;
        private int frames;

        private Sink(FrameReader reader) {
            this.reader = reader;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            reader.read(context, (ByteBuf) message);
        }

        @Override
        public void frame(ChannelHandlerContext context, Frame whole) {
            whole.release();
            frames++;
        }

        @Override
        public void noFrame(ChannelHandlerContext context, String why) {
            throw new AssertionError(why);
        }

        @Override
        public void framesEnd(ChannelHandlerContext context) {}
    }

    private Sink sink;

    /** The buffers as the transport asks for them. */
    private record ReadBuffers(io.netty.channel.RecvByteBufAllocator.Handle handle, ByteBufAllocator allocator) {
        ByteBuf next() {
            return handle.allocate(allocator);
        }
    }

    @Setup(Level.Trial)
    public void open() {
        channel = new EmbeddedChannel();
        FrameReader reader = new FrameReader(64 << 20, new MemoryBudget(64 << 20), new ReadGate(channel));
        sink = new Sink(reader);
        channel.pipeline().addLast(sink);
        buffers = new ReadBuffers(reader.newHandle(), channel.alloc());
        frame = new byte[LENGTH_BYTES + bytes];
        java.nio.ByteBuffer.wrap(frame).putInt(0, bytes);
    }

    @TearDown(Level.Trial)
    public void close() {
        channel.close();
    }

    @Benchmark
    public int read() {
        for (int sent = 0; sent < frame.length; ) {
            ByteBuf buffer = buffers.next();
            int read = Math.min(buffer.writableBytes(), frame.length - sent);
            buffer.writeBytes(frame, sent, read);
            sent += read;
            channel.pipeline().fireChannelRead(buffer);
        }
        return sink.frames;
    }
}

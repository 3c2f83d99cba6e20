package io.millrace.client.net;

import io.millrace.protocol.wire.MalformedMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.IntPredicate;

/**
 * Cuts what a broker sends into answers, and chooses the buffers that the socket is read into.
 *
 * <pre>
 * length (4) | correlation id (4) | rest of the header, body
 * </pre>
 *
 * <p>A head buffer takes small answers whole, and of a large one what has come of it so far. The rest of that is read
 * straight into a buffer of the answer's own size: fetched records are copied once, by the system. That buffer is made
 * only for the answer that is due next, so that garbage is found out before it is given memory.
 *
 * <p>Passes on each answer without its length as a {@link ByteBuf} that the next handler owns; throws {@link
 * MalformedMessageException} into the pipeline, once, where something else comes, and passes over all behind it.
 *
 * <p>Threading: the I/O thread.
 */
final class Frames extends ChannelInboundHandlerAdapter implements RecvByteBufAllocator {
    /** The largest answer, in bytes: a fetch answers 55 MiB, or one batch of what a broker takes at most (100 MiB). */
    static final int MAX_FRAME_BYTES = 128 << 20;

    private static final int HEAD_BYTES = 16 << 10;
    private static final int LENGTH_BYTES = 4;
    private static final int ID_BYTES = 4;
    private static final int MAX_READS_IN_A_ROW = 16;

    private final IntPredicate isDue;
    private final LargeFrames memory;

    /** The answer that is being read, or null between answers. */
    private ByteBuf body;

    private int bodySize;

    /** The first bytes of an answer whose length or correlation id is not whole yet, or null. */
    private ByteBuf held;

    private boolean closed;

    /**
     * @param isDue whether the answer that must come next has this correlation id
     * @param memory for answers that are larger than a head buffer
     */
    Frames(IntPredicate isDue, LargeFrames memory) {
        this.isDue = isDue;
        this.memory = memory;
    }

    @Override
    @SuppressWarnings("deprecation") // the return type that the interface has; ours implements the extended one
    public Handle newHandle() {
        return new Buffers();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // buffers with equal content are not the same buffer
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf read = (ByteBuf) message;
        if (read == body) {
            read.release(); // the reference that allocate() added; ours stays
            if (body.readableBytes() == bodySize) {
                ByteBuf whole = body;
                body = null;
                context.fireChannelRead(whole);
            }
        } else {
            cut(context, read);
        }
    }

    /** Cuts answers off a head buffer, which this method owns. */
    private void cut(ChannelHandlerContext context, ByteBuf head) {
        try {
            while (!closed && head.readableBytes() >= LENGTH_BYTES) {
                int size = head.getInt(head.readerIndex());
                if (size < ID_BYTES || size > MAX_FRAME_BYTES) {
                    refuse(context, "an answer of " + size + " bytes");
                    return;
                }
                if (head.readableBytes() < LENGTH_BYTES + ID_BYTES) {
                    break;
                }
                int id = head.getInt(head.readerIndex() + LENGTH_BYTES);
                if (!isDue.test(id)) {
                    refuse(context, "an answer with correlation id " + id + ", which is not the next one due");
                    return;
                }
                head.skipBytes(LENGTH_BYTES);
                if (head.readableBytes() >= size) {
                    context.fireChannelRead(head.readRetainedSlice(size));
                } else {
                    body = memory.take(size);
                    bodySize = size;
                    body.writeBytes(head);
                }
            }
            if (!closed && head.isReadable()) {
                held = head.retain();
            }
        } finally {
            head.release();
        }
    }

    private void refuse(ChannelHandlerContext context, String what) {
        close();
        context.fireExceptionCaught(new MalformedMessageException(what));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        close();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        close();
    }

    private void close() {
        closed = true;
        if (body != null) {
            body.release();
            body = null;
        }
        if (held != null) {
            held.release();
            held = null;
        }
    }

    /** Hands out the buffers for the socket's next read, and says when the other sockets have their turn. */
    @SuppressWarnings("deprecation") // Netty marks Handle so, and asks for ExtendedHandle, which extends it
    private final class Buffers implements ExtendedHandle {
        private ChannelConfig config;
        private int reads;
        private int lastBytes;
        private int attempted;

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            if (body != null) {
                return body.retain();
            }
            ByteBuf head = allocator.directBuffer(HEAD_BYTES, HEAD_BYTES);
            if (held != null) {
                head.writeBytes(held);
                held.release();
                held = null;
            }
            return head;
        }

        @Override
        public int guess() {
            return HEAD_BYTES;
        }

        @Override
        public void reset(ChannelConfig config) {
            this.config = config;
            reads = 0;
        }

        @Override
        public void incMessagesRead(int count) {
            reads += count;
        }

        @Override
        public void lastBytesRead(int bytes) {
            lastBytes = bytes;
        }

        @Override
        public int lastBytesRead() {
            return lastBytes;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public boolean continueReading() {
            return continueReading(() -> attempted == lastBytes);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return config.isAutoRead() && reads < MAX_READS_IN_A_ROW && lastBytes > 0 && maybeMore.get();
        }

        @Override
        public void readComplete() {}
    }
}

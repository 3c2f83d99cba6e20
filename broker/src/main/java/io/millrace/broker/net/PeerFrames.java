package io.millrace.broker.net;

import io.millrace.protocol.wire.MalformedMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator;
import java.util.function.IntPredicate;

/**
 * Cuts what a peer sends into answers, and chooses the buffers that the socket is read into.
 *
 * <pre>
 * length (4) | correlation id (4) | rest of the header, body
 * </pre>
 *
 * <p>A head buffer takes small answers whole, and of a large one what has come of it so far. The rest of that is read
 * straight into a buffer of the answer's own size, behind the little that came with the head: a follower's records are
 * copied once, by the system. Unlike a client, a peer gets that buffer as soon as it has announced an answer, since it was
 * asked for one; but only for the answer that is due next, so that garbage is found out before it is given memory.
 *
 * <p>Passes on each answer without its length as a {@link ByteBuf} that the next handler owns; throws {@link
 * MalformedMessageException} into the pipeline, once, where something else comes, and passes over all behind it.
 *
 * <p>Threading: the connection's event loop.
 */
final class PeerFrames extends ChannelInboundHandlerAdapter implements RecvByteBufAllocator {
    /**
     * The largest answer, in bytes. The largest that a peer gives to a fetch holds one batch, of at most
     * socket.request.max.bytes (100 MiB), or fetch.max.bytes of several (55 MiB).
     */
    static final int MAX_FRAME_BYTES = 128 << 20;

    private static final int HEAD_BYTES = 16 << 10;
    private static final int LENGTH_BYTES = 4;
    private static final int ID_BYTES = 4;

    private final IntPredicate isDue;

    /** The answer that is being read, or null between answers. */
    private ByteBuf body;

    private int bodySize;

    /** The first bytes of an answer whose length or correlation id is not whole yet, or null. */
    private ByteBuf held;

    private boolean closed;

    /** @param isDue whether the answer that must come next has this correlation id */
    PeerFrames(IntPredicate isDue) {
        this.isDue = isDue;
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
                    body = context.alloc().directBuffer(size, size);
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

    /** Hands out the buffers for the socket's next read. */
    private final class Buffers extends ReadTurns {
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
    }
}

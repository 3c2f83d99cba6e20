package io.millrace.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.RecvByteBufAllocator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Cuts the bytes of one socket into frames, and chooses the buffers that the socket is read into.
 *
 * <p>Between frames the buffer is as large as the frames of this connection have been of late, up to {@link
 * #MAX_HEAD_BYTES}, so that most are read by one system call. Where they are larger, or nothing is known yet, it is small:
 * it takes a small request whole, or the length and first bytes of a large one. The rest of a large one is then read
 * straight into a buffer of the frame's own size, but no more than the connection has sent in one frame before, or {@link
 * #UNPROVEN_BYTES}: whoever has only announced a frame gets little, and a frame above {@link #EAGER_BYTES} gets its buffer
 * in growing steps. So that announcing bytes without sending them takes little memory.
 *
 * <p>Who stops in the middle of a frame while others wait for memory loses the connection after {@link #STALL_MS}, so
 * that a few clients that send half a frame each cannot keep the memory for good.
 *
 * <p>Owned by the connection's event loop, but for {@link MemoryBudget} callbacks, which come back to it.
 */
final class FrameReader implements RecvByteBufAllocator {
    private static final int MIN_HEAD_BYTES = 1024;
    private static final int MAX_HEAD_BYTES = 64 << 10;
    private static final int UNPROVEN_BYTES = 16 << 10;
    private static final int EAGER_BYTES = 2 << 20;
    private static final long STALL_MS = 2_000;
    private static final int LENGTH_BYTES = 4;

    private final int maxFrameBytes;
    private final MemoryBudget budget;
    private final ReadGate gate;

    /** Who gets the frames: the handler whose context comes with what was read. */
    interface Receiver {
        /** A whole frame, which is the receiver's from now on. */
        void frame(ChannelHandlerContext context, Frame frame);

        /** What the client sends is no frame, or never becomes one. */
        void noFrame(ChannelHandlerContext context, String why);

        /** No more frames for now, after some that had to wait for memory. */
        void framesEnd(ChannelHandlerContext context);
    }

    /** How large the frames were that came whole, with the last one counting half. */
    private int usualSize;

    /** The frame that is being read, or null between frames. */
    private ByteBuf body;

    private int bodySize;
    private int bodyReserved;

    /** What the body is favoured under, should it be. */
    private Object bodyFavour = this;

    /** Bytes of the body at the last check for a stall; -1 while no check is due. */
    private int bodyAtLastCheck = -1;

    /** Bytes of a head that could not be cut yet: parts of a length, or a frame that the budget did not let in. */
    private ByteBuf held;

    private boolean denied;
    private boolean closed;

    FrameReader(int maxFrameBytes, MemoryBudget budget, ReadGate gate) {
        this.maxFrameBytes = maxFrameBytes;
        this.gate = gate;
        this.budget = budget;
    }

    @Override
    @SuppressWarnings("deprecation") // the return type that the interface has; ours implements the extended one
    public Handle newHandle() {
        return new Buffers();
    }

    /** Takes over what was read from the socket. */
    @SuppressWarnings("ReferenceEquality") // buffers with equal content are not the same buffer
    void read(ChannelHandlerContext context, ByteBuf read) {
        if (read == body) {
            read.release(); // the reference that allocate() added; ours stays
            continueBody(context);
        } else {
            cut(context, read);
        }
    }

    private void continueBody(ChannelHandlerContext context) {
        if (body.readableBytes() == bodySize) {
            Frame frame = new Frame(body, bodyReserved, budget, Optional.of(bodyFavour));
            body = null;
            gate.frameEnded();
            noteSize(bodySize);
            receiver(context).frame(context, frame);
        } else if (!body.isWritable()) {
            growBody(context);
        }
    }

    private void growBody(ChannelHandlerContext context) {
        int now = body.capacity();
        int step = (int) Math.min(bodySize, Math.max(EAGER_BYTES, 2L * now));
        if (budget.tryGrow(step - now)) {
            growBodyTo(step);
        } else if (budget.tryFavour(bodyFavour, bodySize - now, resumption(context))) {
            growBodyTo(bodySize); // at once: each step would hold the old buffer beside the new one
        } else {
            waitForMemory();
        }
    }

    private void growBodyTo(int bytes) {
        bodyReserved += bytes - body.capacity();
        body.capacity(bytes);
    }

    private Runnable resumption(ChannelHandlerContext context) {
        return () -> context.executor().execute(() -> resume(context));
    }

    private void waitForMemory() {
        denied = true;
        gate.hold(ReadGate.Reason.NO_MEMORY);
    }

    /** Cuts frames off a head buffer, which this method owns. */
    private void cut(ChannelHandlerContext context, ByteBuf head) {
        while (!closed && head.readableBytes() >= LENGTH_BYTES) {
            int size = head.getInt(head.readerIndex());
            if (size <= 0 || size > maxFrameBytes) {
                head.release();
                receiver(context).noFrame(context, "a request of " + size + " bytes");
                return;
            }
            int here = head.readableBytes() - LENGTH_BYTES;
            boolean whole = here >= size;
            int reserved = whole ? size : firstBytes(size, here);
            if (!budget.tryReserve(reserved, resumption(context))) {
                held = head;
                waitForMemory();
                return;
            }
            head.skipBytes(LENGTH_BYTES);
            if (whole) {
                noteSize(size);
                receiver(context)
                        .frame(context, new Frame(head.readRetainedSlice(size), reserved, budget, Optional.empty()));
            } else {
                beginBody(context, head, size, reserved);
            }
        }
        if (head.isReadable() && !closed) {
            held = head;
        } else {
            head.release();
        }
    }

    /** What a frame gets at first: room for more than is here, or the socket would be read into nothing. */
    private int firstBytes(int size, int here) {
        return Math.min(size, Math.max(here + 1, Math.max(UNPROVEN_BYTES, Math.min(usualSize, EAGER_BYTES))));
    }

    private void beginBody(ChannelHandlerContext context, ByteBuf head, int size, int reserved) {
        try {
            body = context.alloc().directBuffer(reserved, size);
        } catch (RuntimeException | Error e) { // Netty tells of used up memory by an error
            head.release();
            budget.release(reserved);
            throw e;
        }
        bodySize = size;
        bodyReserved = reserved;
        bodyFavour = new Object();
        body.writeBytes(head);
        gate.frameBegun();
        watchForStall(context);
    }

    private void noteSize(int size) {
        usualSize = size > usualSize ? size : (int) (((long) usualSize + size) / 2);
    }

    private void resume(ChannelHandlerContext context) {
        denied = false;
        if (closed) {
            budget.release(0); // hands the room on to the next in line
            return;
        }
        if (body != null) {
            growBody(context);
        } else if (held != null) {
            ByteBuf head = held;
            held = null;
            cut(context, head);
        }
        if (!denied) {
            gate.lift(ReadGate.Reason.NO_MEMORY);
        }
        receiver(context).framesEnd(context);
    }

    private void watchForStall(ChannelHandlerContext context) {
        if (bodyAtLastCheck < 0) {
            bodyAtLastCheck = 0;
            context.executor().schedule(() -> checkForStall(context), STALL_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void checkForStall(ChannelHandlerContext context) {
        int before = bodyAtLastCheck;
        bodyAtLastCheck = -1;
        if (body == null) {
            return; // whole, or closed
        }
        int now = body.readableBytes();
        if (now == before && gate.isOpen() && budget.isSoughtAfter()) {
            receiver(context)
                    .noFrame(
                            context,
                            "a request stopped after " + now + " of " + bodySize
                                    + " bytes while others wait for memory");
        } else {
            watchForStall(context);
            bodyAtLastCheck = now;
        }
    }

    private static Receiver receiver(ChannelHandlerContext context) {
        return (Receiver) context.handler();
    }

    /** Lets go of what is not whole: the connection is at its end. Does nothing the second time. */
    void close() {
        closed = true;
        if (body != null) {
            body.release();
            body = null;
            budget.release(bodyReserved);
            budget.endFavour(bodyFavour);
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
            int bytes = headBytes();
            ByteBuf head = allocator.directBuffer(bytes, bytes);
            if (held != null) {
                head.writeBytes(held);
                held.release();
                held = null;
            }
            return head;
        }

        /**
         * Room for a usual frame and a little more, so that a read that fills it means that more has come. Little when
         * memory is short, as what is in here is not counted before it is cut.
         */
        private int headBytes() {
            int usual = LENGTH_BYTES + usualSize + usualSize / 16;
            boolean large = usual > MIN_HEAD_BYTES && usual <= MAX_HEAD_BYTES && budget.isRoomy();
            int wanted = large ? usual : MIN_HEAD_BYTES;
            return held == null ? wanted : Math.max(wanted, held.readableBytes() + MIN_HEAD_BYTES);
        }

        @Override
        public int guess() {
            return MIN_HEAD_BYTES;
        }
    }
}

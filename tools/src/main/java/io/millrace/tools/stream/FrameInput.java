package io.millrace.tools.stream;

import io.millrace.protocol.record.RecordHeader;
import io.millrace.protocol.wire.Bytes;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads what {@link Frames} writes, and believes no length. Threading: one thread's. */
final class FrameInput implements RecordInput {
    private final ByteSource source;
    private final int most;

    /** @param most bytes of one record */
    FrameInput(ByteSource source, int most) {
        this.source = source;
        this.most = most;
    }

    @Override
    public boolean next(InputRecord into) throws IOException {
        into.clear();
        if (!source.await(Integer.BYTES)) {
            if (source.available() > 0) {
                throw bad("the input ends inside of a frame's length");
            }
            return false;
        }
        int size = ByteBuffer.wrap(source.bytes(), source.from(), Integer.BYTES).getInt();
        if (size < Frames.LEAST) {
            throw bad("a frame of " + size + " bytes cannot be; was this written by consume --frames?");
        }
        if (size > most) {
            throw bad("a frame of " + size + " bytes is longer than max.request.size, which is " + most
                    + "; if it was written by consume --frames, raise it: -X max.request.size=" + size
                    + ", and the topic's max.message.bytes");
        }
        if (!source.await(Integer.BYTES + size)) {
            throw bad("the input ends inside of a frame of " + size + " bytes");
        }
        int at = source.from() + Integer.BYTES;
        read(into, at, at + size);
        source.skip(Integer.BYTES + size);
        return true;
    }

    @Override
    public long position() {
        return source.position();
    }

    private void read(InputRecord into, int at, int end) throws BadInputException {
        byte[] bytes = source.bytes();
        ByteBuffer in = ByteBuffer.wrap(bytes, at, end - at);
        try {
            into.partition(in.getInt());
            into.timestamp(in.getLong());
            int key = length(in);
            if (key >= 0) {
                into.key(bytes, in.position(), in.position() + key);
                in.position(in.position() + key);
            }
            int value = length(in);
            if (value >= 0) {
                into.value(bytes, in.position(), in.position() + value);
                in.position(in.position() + value);
            }
            into.headers(headers(in, bytes));
        } catch (BufferUnderflowException e) {
            throw bad("a frame's parts are longer than the frame");
        }
        if (in.hasRemaining()) {
            throw bad("a frame has " + in.remaining() + " bytes behind its last part");
        }
    }

    private List<RecordHeader> headers(ByteBuffer in, byte[] bytes) throws BadInputException {
        int count = in.getInt();
        if (count == 0) {
            return List.of();
        }
        if (count < 0 || count > in.remaining() / (2 * Integer.BYTES)) {
            throw bad("a frame cannot have " + count + " headers");
        }
        List<RecordHeader> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int name = Math.max(0, length(in));
            String text = new String(bytes, in.position(), name, StandardCharsets.UTF_8);
            in.position(in.position() + name);
            int value = length(in);
            headers.add(new RecordHeader(
                    text,
                    value < 0
                            ? Optional.empty()
                            : Optional.of(Bytes.of(Arrays.copyOfRange(bytes, in.position(), in.position() + value)))));
            in.position(in.position() + Math.max(0, value));
        }
        return headers;
    }

    private static int length(ByteBuffer in) {
        int length = in.getInt();
        if (length < -1 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return length;
    }

    private BadInputException bad(String why) {
        return new BadInputException("at byte " + source.position() + ": " + why);
    }
}

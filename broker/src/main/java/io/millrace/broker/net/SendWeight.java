package io.millrace.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;

/**
 * What an answer that is not sent yet weighs, in bytes: buffers what they are, slices of files little, since they hold no
 * memory but for themselves. So a single fetch answer, of up to 55 MB by default, does not stop its connection from being
 * read, but many of them that are not fetched do.
 *
 * <p>Any thread; holds no state.
 */
final class SendWeight implements MessageSizeEstimator, MessageSizeEstimator.Handle {
    private static final int SLICE_OBJECTS_BYTES = 256;
    private static final int FILE_BYTES_PER_BYTE = 64;

    /** What a slice of a file weighs. */
    static int ofFile(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, SLICE_OBJECTS_BYTES + bytes / FILE_BYTES_PER_BYTE);
    }

    @Override
    public Handle newHandle() {
        return this;
    }

    @Override
    public int size(Object message) {
        if (message instanceof ByteBuf buffer) {
            return buffer.readableBytes();
        }
        return message instanceof FileRegion region ? ofFile(region.count()) : 0;
    }
}

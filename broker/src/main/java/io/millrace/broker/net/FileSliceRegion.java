package io.millrace.broker.net;

import io.millrace.protocol.record.FileSlice;
import io.netty.channel.DefaultFileRegion;

/**
 * A slice of a segment on its way by sendfile. Must be a {@link DefaultFileRegion}, which the native transport sends
 * without copying; but its channel is the segment's own and stays open.
 */
final class FileSliceRegion extends DefaultFileRegion {
    private final FileSlice slice;

    FileSliceRegion(FileSlice slice) {
        super(slice.channel(), slice.position(), slice.length());
        this.slice = slice;
    }

    @Override
    protected void deallocate() {
        slice.release();
    }
}

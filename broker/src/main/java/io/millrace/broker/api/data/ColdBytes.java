package io.millrace.broker.api.data;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.FileSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Brings what is to be sent into the system's page cache, so that the event loop that sends it does not wait for the disk.
 *
 * <p>Java cannot ask what is in memory. So a byte here and there is read; once that takes as long as a disk takes, all
 * that follows is read through. The system reads ahead and forgets in long stretches, so that few such bytes tell enough;
 * a wrong guess costs a little time and nothing else.
 */
final class ColdBytes {
    private static final int STRETCH = 64 << 10;
    private static final int PROBED = 256 << 10;
    private static final long LONG_NS = TimeUnit.MICROSECONDS.toNanos(50);

    private ColdBytes() {}

    /**
     * Loads a slice. Waits for the disk: never on an event loop.
     *
     * @throws ApiException KAFKA_STORAGE_ERROR if the disk fails; the slice is released then
     */
    static void load(FileSlice slice) {
        try {
            int at = firstCold(slice);
            if (at < slice.length()) {
                ByteBuffer passing = ByteBuffer.allocate(STRETCH);
                for (; at < slice.length(); at += STRETCH) {
                    part(slice, at, Math.min(STRETCH, slice.length() - at)).copyTo(passing.clear());
                }
            }
        } catch (IOException e) {
            slice.release();
            throw new ApiException(ErrorCode.KAFKA_STORAGE_ERROR, "cannot read records: " + e.getMessage());
        }
    }

    private static int firstCold(FileSlice slice) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        int last = slice.length() - 1;
        for (int before = 0, at = 0; ; before = at, at = Math.min(last, at + PROBED)) {
            long begun = System.nanoTime();
            part(slice, at, 1).copyTo(one.clear());
            if (System.nanoTime() - begun > LONG_NS) {
                return before;
            }
            if (at >= last) {
                return slice.length();
            }
        }
    }

    private static FileSlice part(FileSlice slice, int from, int length) {
        return new FileSlice(slice.channel(), slice.position() + from, length, () -> {});
    }
}

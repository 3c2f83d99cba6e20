package io.millrace.tools.stream;

import java.io.IOException;

/** All there is, as the value of one record. Threading: one thread's. */
final class WholeInput implements RecordInput {
    private final ByteSource source;
    private boolean read;

    WholeInput(ByteSource source) {
        this.source = source;
    }

    @Override
    public long position() {
        return source.position();
    }

    @Override
    public boolean next(InputRecord into) throws IOException {
        if (read) {
            return false;
        }
        read = true;
        while (source.more()) {
            // until the end
        }
        into.clear();
        into.value(source.bytes(), source.from(), source.to());
        source.skip(source.available());
        return true;
    }
}

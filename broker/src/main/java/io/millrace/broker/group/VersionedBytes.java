package io.millrace.broker.group;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.Reader;
import io.millrace.protocol.wire.SizeCounter;
import java.nio.ByteBuffer;

/** Keys and values of the offsets topic: an i16, the type of a key or the version of a value, then fields. */
final class VersionedBytes {
    private VersionedBytes() {}

    static ByteBuffer of(short version, ApiMessage fields) {
        SizeCounter size = new SizeCounter();
        fields.write(size, version);
        ByteBuffer out = ByteBuffer.allocate(Short.BYTES + size.total());
        out.putShort(version);
        fields.write(new BufferWriter(out), version);
        return out.flip();
    }

    /** The fields behind the i16, which the reader has passed; nothing may follow them. */
    static <T> T fields(Reader in, short version, ApiMessage.Decoder<T> decoder) {
        T fields = decoder.read(in, version);
        in.expectEnd();
        return fields;
    }
}

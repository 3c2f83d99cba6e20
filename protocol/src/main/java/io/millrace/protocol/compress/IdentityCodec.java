package io.millrace.protocol.compress;

import java.nio.ByteBuffer;

/** Leaves bytes as they are. */
final class IdentityCodec implements Codec {
    @Override
    public void compress(ByteBuffer in, int level, Output out) {
        out.put(in);
    }

    @Override
    public void decompress(ByteBuffer in, Output out) {
        out.put(in);
    }
}

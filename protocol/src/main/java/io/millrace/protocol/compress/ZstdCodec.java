package io.millrace.protocol.compress;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;

/**
 * Zstandard frames. Works through direct buffers only: the library pins heap arrays while it works, which holds up the
 * garbage collector.
 *
 * <p>The library refuses windows above 128 MiB by itself; smaller ones cost memory only as far as data fills them.
 */
final class ZstdCodec implements Codec {
    private static final int CHUNK = 64 * 1024;

    @Override
    public void compress(ByteBuffer in, int level, Output out) {
        ByteBuffer source = direct(in);
        ByteBuffer chunk = ByteBuffer.allocateDirect(chunkFor(source.remaining()));
        try (ZstdCompressCtx context = new ZstdCompressCtx().setLevel(level)) {
            context.setPledgedSrcSize(source.remaining());
            boolean done;
            do {
                done = context.compressDirectByteBufferStream(chunk, source, EndDirective.END);
                out.put(chunk.flip());
                chunk.clear();
            } while (!done);
        }
    }

    @Override
    public void decompress(ByteBuffer in, Output out) {
        ByteBuffer source = direct(in);
        ByteBuffer chunk = ByteBuffer.allocateDirect(chunkFor(4 * Math.min(source.remaining(), CHUNK)));
        try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
            boolean frameDone = false;
            while (source.hasRemaining() || !frameDone) {
                int before = source.position();
                frameDone = context.decompressDirectByteBufferStream(chunk, source);
                if (!frameDone && source.position() == before && chunk.position() == 0) {
                    throw new MalformedMessageException("zstd data ends too early");
                }
                out.put(chunk.flip());
                chunk.clear();
            }
        } catch (ZstdException e) {
            throw new MalformedMessageException("not zstd: " + e.getMessage());
        }
    }

    private static int chunkFor(int bytes) {
        return Math.max(1024, Math.min(CHUNK, bytes));
    }

    private static ByteBuffer direct(ByteBuffer in) {
        return in.isDirect()
                ? in
                : ByteBuffer.allocateDirect(in.remaining()).put(in).flip();
    }
}

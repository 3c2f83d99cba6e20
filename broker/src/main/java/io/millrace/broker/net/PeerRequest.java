package io.millrace.broker.net;

import io.millrace.broker.replica.PeerException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.RequestHeader;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.SizeCounter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * One request to a peer: its bytes until they are sent, and who waits for the answer. Ends by {@link #complete} or {@link
 * #fail}, one of them, once.
 *
 * <p>Threading: made and encoded by whoever asks, then owned by the connection's event loop.
 *
 * @param <T> the type of the answer
 */
final class PeerRequest<T extends ApiMessage> {
    private static final long LONGEST_WAIT_MS = TimeUnit.DAYS.toMillis(1);
    private static final int LENGTH_BYTES = 4;

    /** Behind the length, the API's key and its version. */
    private static final int ID_POSITION = 8;

    private final ApiKey key;
    private final short version;
    private final Class<T> answerType;
    private final long timeoutMs;
    private final long deadlineNs;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private ByteBuf bytes;
    private int correlationId;

    /**
     * Encodes a request.
     *
     * @throws IllegalArgumentException if its version lacks something that is set in it, or it carries records
     */
    PeerRequest(
            ByteBufAllocator allocator,
            String clientId,
            ApiKey key,
            short version,
            ApiMessage request,
            Class<T> answerType,
            long timeoutMs) {
        this.key = key;
        this.version = version;
        this.answerType = answerType;
        this.timeoutMs = Math.min(LONGEST_WAIT_MS, timeoutMs);
        this.deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(this.timeoutMs);
        this.bytes = encode(allocator, new RequestHeader(key.id(), version, 0, clientId), request);
    }

    private ByteBuf encode(ByteBufAllocator allocator, RequestHeader header, ApiMessage request) {
        short headerVersion = key.requestHeaderVersion(version);
        SizeCounter size = new SizeCounter();
        header.write(size, headerVersion);
        request.write(size, version);
        if (size.total() != size.buffered()) {
            throw new IllegalArgumentException(key.apiName() + " with records is not for peers");
        }
        int length = LENGTH_BYTES + size.total();
        ByteBuf buffer = allocator.directBuffer(length, length);
        BufferWriter out = new BufferWriter(buffer.internalNioBuffer(0, length).slice());
        out.i32(size.total());
        header.write(out, headerVersion);
        request.write(out, version);
        return buffer.writerIndex(length);
    }

    CompletionStage<T> answer() {
        return answer;
    }

    ApiKey key() {
        return key;
    }

    long timeoutMs() {
        return timeoutMs;
    }

    /** When its time is over, in {@link System#nanoTime}. */
    long deadlineNs() {
        return deadlineNs;
    }

    /** The bytes to send, which are the caller's from now on, under the number that the answer will carry. */
    ByteBuf takeBytes(int number) {
        ByteBuf taken = bytes;
        bytes = Unpooled.EMPTY_BUFFER;
        correlationId = number;
        return taken.setInt(ID_POSITION, number);
    }

    /** Whether it was sent, and under this number. */
    boolean isAnsweredBy(int number) {
        return !bytes.isReadable() && correlationId == number;
    }

    /**
     * Reads the answer, and takes its bytes over.
     *
     * @throws io.millrace.protocol.wire.MalformedMessageException where they are none
     */
    T decode(ByteBuf answerBytes) {
        ApiMessage message = PeerAnswer.decode(key, version, answerBytes);
        if (!answerType.isInstance(message)) {
            PeerAnswer.discard(message);
            throw new IllegalStateException("An answer to " + key.apiName() + " is no " + answerType.getSimpleName());
        }
        return answerType.cast(message);
    }

    /** Hands the answer on, or lets it go where nobody waits any more. */
    void complete(T message) {
        if (!answer.complete(message)) {
            PeerAnswer.discard(message);
        }
    }

    void fail(PeerException why) {
        bytes.release();
        bytes = Unpooled.EMPTY_BUFFER;
        answer.completeExceptionally(why);
    }
}

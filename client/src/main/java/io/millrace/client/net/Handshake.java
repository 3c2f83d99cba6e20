package io.millrace.client.net;

import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsRequest;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.netty.buffer.ByteBuf;

/**
 * What a connection begins with: ApiVersions. A broker that does not know its version answers in version 0, with an
 * error, and is asked again in a version that it knows.
 *
 * <p>Version 4 at most: from 5 on a broker may be told whom it should be, which bootstrap addresses do not know.
 */
record Handshake(PendingRequest<ApiVersionsResponse> request, short version) {
    private static final short HIGHEST = 4;

    /** Behind the correlation id. */
    private static final int ERROR_POSITION = 4;

    static Handshake begin(long timeoutMs) {
        return at(HIGHEST, timeoutMs);
    }

    private static Handshake at(short version, long timeoutMs) {
        ApiVersionsRequest ask = version < 3
                ? ApiVersionsRequest.builder().build()
                : ApiVersionsRequest.builder()
                        .clientSoftwareName("millrace-client")
                        .clientSoftwareVersion("0.1.0")
                        .build();
        return new Handshake(new PendingRequest<>(ask, timeoutMs, version), version);
    }

    /** The next attempt, after a broker has told that this version is none that it knows. */
    Handshake again(ApiVersionsResponse refusal) {
        short next = new Versions(refusal).usable(ApiKey.API_VERSIONS, (short) (version - 1));
        return at(next == Versions.NONE ? 0 : next, request.timeoutMs());
    }

    static boolean isAnswerTo(PendingRequest<?> request) {
        return request.key() == ApiKey.API_VERSIONS;
    }

    /** Notes that an answer is one of version 0, where it says that the request's version was not known. */
    static ByteBuf readable(PendingRequest<?> request, ByteBuf answer) {
        boolean refused = answer.readableBytes() >= ERROR_POSITION + Short.BYTES
                && answer.getShort(answer.readerIndex() + ERROR_POSITION) == ErrorCode.UNSUPPORTED_VERSION.code();
        if (refused) {
            request.answeredAs((short) 0);
        }
        return answer;
    }
}

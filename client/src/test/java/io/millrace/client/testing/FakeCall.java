package io.millrace.client.testing;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;

/**
 * A request as a {@link FakeBroker} got it.
 *
 * @param connection counted from 0 in the order in which connections were accepted
 */
public record FakeCall(
        int connection, ApiKey key, short version, int correlationId, String clientId, ApiMessage request) {
    /** The request, of the type that the script expects. */
    public <T extends ApiMessage> T as(Class<T> type) {
        return type.cast(request);
    }
}

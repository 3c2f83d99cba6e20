package io.millrace.protocol;

/**
 * A message that asks for another one: its API, and the type of its response. So a caller that hands in a request gets a
 * response of the right type without a cast.
 *
 * @param <R> the response
 */
public interface ApiRequest<R extends ApiMessage> extends ApiMessage {
    /** The number that the protocol has for the API: {@code ApiKey.of(apiId())}. */
    short apiId();
}

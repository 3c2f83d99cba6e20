package io.millrace.broker.sim;

import io.millrace.broker.api.RequestContext;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import java.util.concurrent.CompletionStage;

/**
 * One life of a broker as the network sees it: takes connections, and has requests handled.
 *
 * @param node where it is
 * @param handlers answer
 */
record SimServer(int node, SimProcess process, Handlers handlers) {

    /** Answers requests. */
    interface Handlers {
        CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiKey key, ApiMessage request);
    }
}

package io.millrace.broker.api.quota;

import io.millrace.broker.api.RequestContext;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.OffsetForLeaderEpochRequest;

/**
 * Tells the requests by which brokers replicate: they name a replica, and come under a client id that brokers use. Until
 * there is authentication this is not proven.
 */
final class ReplicaRequests {
    private static final String CLIENT_ID_PREFIX = "broker-";

    private ReplicaRequests() {}

    static boolean isOne(RequestContext context, ApiMessage request) {
        return context.clientId().startsWith(CLIENT_ID_PREFIX) && replicaId(request) >= 0;
    }

    private static int replicaId(ApiMessage request) {
        if (request instanceof FetchRequest fetch) {
            return Math.max(fetch.replicaId(), fetch.replicaState().replicaId());
        }
        return request instanceof OffsetForLeaderEpochRequest epochs ? epochs.replicaId() : -1;
    }
}

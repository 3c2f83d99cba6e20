package io.millrace.broker.api.quota;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.Stages;
import io.millrace.broker.quota.QuotaType;
import io.millrace.broker.quota.Quotas;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ProduceRequest;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Stands around handlers: counts what a request costs, and has the answer say for how long its sender waits. Everything
 * is done and answered at once; the waiting comes after it, when the connection is not read.
 *
 * <p>Replication is free: followers that were kept waiting would fall out of the in-sync sets.
 *
 * <p>Where there are no quotas, a request costs a volatile read or two more, and nothing is allocated.
 */
public final class Throttling {
    private final Quotas quotas;

    public Throttling(Quotas quotas) {
        this.quotas = quotas;
    }

    /** The same handler, within the quotas. */
    public RequestHandler<ApiMessage, ApiMessage> around(ApiKey key, RequestHandler<ApiMessage, ApiMessage> handler) {
        return new Limited(key, handler);
    }

    private final class Limited implements RequestHandler<ApiMessage, ApiMessage> {
        private final boolean isProduce;
        private final RequestHandler<ApiMessage, ApiMessage> handler;

        private Limited(ApiKey key, RequestHandler<ApiMessage, ApiMessage> handler) {
            this.isProduce = key == ApiKey.PRODUCE;
            this.handler = handler;
        }

        @Override
        public CompletionStage<ApiMessage> handle(RequestContext context, ApiMessage request) {
            return time(isProduce ? (asked, body) -> produce(handler, asked, body) : handler, context, request);
        }

        @Override
        public boolean isOftenPrompt() {
            return handler.isOftenPrompt();
        }

        /** Reckoning is left to workers. */
        @Override
        public Optional<CompletionStage<ApiMessage>> tryHandle(RequestContext context, ApiMessage request) {
            boolean free = (!quotas.limits(QuotaType.REQUEST_PERCENTAGE) || ReplicaRequests.isOne(context, request))
                    && !(isProduce && quotas.limits(QuotaType.PRODUCER_BYTE_RATE));
            return free ? handler.tryHandle(context, request) : Optional.empty();
        }
    }

    private CompletionStage<ApiMessage> time(
            RequestHandler<ApiMessage, ApiMessage> handler, RequestContext context, ApiMessage request) {
        if (!quotas.limits(QuotaType.REQUEST_PERCENTAGE) || ReplicaRequests.isOne(context, request)) {
            return handler.handle(context, request);
        }
        long start = quotas.nanoTime();
        CompletionStage<ApiMessage> answer = handler.handle(context, request);
        return throttled(
                answer,
                quotas.charge(
                        QuotaType.REQUEST_PERCENTAGE, context.user(), context.clientId(), quotas.nanoTime() - start));
    }

    private CompletionStage<ApiMessage> produce(
            RequestHandler<ApiMessage, ApiMessage> handler, RequestContext context, ApiMessage request) {
        if (!quotas.limits(QuotaType.PRODUCER_BYTE_RATE)) {
            return handler.handle(context, request);
        }
        long bytes = bytes((ProduceRequest) request); // before it is handled, since its buffers go then
        CompletionStage<ApiMessage> answer = handler.handle(context, request);
        return throttled(
                answer, quotas.charge(QuotaType.PRODUCER_BYTE_RATE, context.user(), context.clientId(), bytes));
    }

    /** An answer that says for how long to wait: the longest time that anybody asked for. */
    private static CompletionStage<ApiMessage> throttled(CompletionStage<ApiMessage> answer, int throttleMs) {
        return throttleMs == 0
                ? answer
                : Stages.cancelling(
                        answer,
                        answer.thenApply(
                                response -> response.throttled(Math.max(throttleMs, response.throttleTimeMs()))));
    }

    private static long bytes(ProduceRequest request) {
        long bytes = 0;
        for (ProduceRequest.TopicData topic : request.topicData()) {
            for (ProduceRequest.TopicData.PartitionData partition : topic.partitionData()) {
                bytes += partition.records() == null ? 0 : partition.records().sizeInBytes();
            }
        }
        return bytes;
    }
}

package io.millrace.broker.api.data;

import io.millrace.broker.api.Failures;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.txn.ProducerIds;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.InitProducerIdRequest;
import io.millrace.protocol.message.InitProducerIdResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** InitProducerId, key 22, versions 0-5: a fresh id for an idempotent producer (KIP-98). */
public final class InitProducerIdHandler implements RequestHandler<InitProducerIdRequest, InitProducerIdResponse> {
    private static final short NO_EPOCH = -1;

    private final ProducerIds ids;

    public InitProducerIdHandler(ProducerIds ids) {
        this.ids = ids;
    }

    @Override
    public CompletionStage<InitProducerIdResponse> handle(RequestContext context, InitProducerIdRequest request) {
        if (request.transactionalId() != null) {
            // Transactions are not served in this version; an empty id is never allowed.
            return CompletableFuture.completedFuture(failed(ErrorCode.INVALID_REQUEST));
        }
        return ids.next()
                .handle((id, failure) -> failure == null
                        ? InitProducerIdResponse.builder().producerId(id).build()
                        : failed(Failures.of(failure).error()));
    }

    private static InitProducerIdResponse failed(ErrorCode error) {
        return InitProducerIdResponse.builder()
                .errorCode(error)
                .producerEpoch(NO_EPOCH)
                .build();
    }
}

package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A network in which nobody can be reached, and nobody is known to be gone. */
public class NoPeers implements PeerClient {
    @Override
    public <T extends ApiMessage> CompletionStage<T> ask(
            BrokerRegistration peer,
            Purpose purpose,
            ApiKey key,
            short version,
            ApiMessage request,
            Class<T> answer,
            long timeoutMs) {
        return CompletableFuture.failedFuture(new PeerException("nobody is there"));
    }

    @Override
    public CompletionStage<Void> lost(BrokerRegistration peer) {
        return new CompletableFuture<>();
    }

    @Override
    public CompletionStage<Reach> dial(BrokerRegistration peer) {
        return CompletableFuture.completedFuture(Reach.SILENT);
    }

    @Override
    public void close() {}
}

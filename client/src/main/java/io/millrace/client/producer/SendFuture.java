package io.millrace.client.producer;

import java.util.concurrent.CompletableFuture;

/** The outcome of one record as a future: callback and result in one object. */
final class SendFuture extends CompletableFuture<RecordMetadata> implements SendCallback {
    private final long timestamp;

    /** @param timestamp of the record, for topics that keep it */
    SendFuture(long timestamp) {
        this.timestamp = timestamp;
    }

    @Override
    public void onCompletion(SendOutcome outcome) {
        if (outcome.isFailure()) {
            completeExceptionally(outcome.error().orElseThrow());
        } else {
            complete(new RecordMetadata(
                    outcome.topic(),
                    outcome.partition(),
                    outcome.offset(),
                    outcome.appendTime() >= 0 ? outcome.appendTime() : timestamp));
        }
    }
}

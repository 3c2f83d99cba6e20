package io.millrace.broker.cluster;

import java.util.concurrent.CompletionException;

/** What a stage failed of. */
final class Failures {
    private Failures() {}

    /** The failure itself, without the wrapping that dependent stages put around it. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}

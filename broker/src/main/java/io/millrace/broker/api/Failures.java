package io.millrace.broker.api;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failed stage means for a client. */
public final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** The ApiException inside; anything else is a defect of ours, which is logged and told as UNKNOWN_SERVER_ERROR. */
    public static ApiException of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof ApiException known) {
            return known;
        }
        LOG.error("A request failed unexpectedly", cause);
        return new ApiException(ErrorCode.UNKNOWN_SERVER_ERROR, "unexpected failure, see the broker's log");
    }
}

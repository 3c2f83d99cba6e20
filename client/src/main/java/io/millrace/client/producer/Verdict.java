package io.millrace.client.producer;

import io.millrace.protocol.ErrorCode;

/** What an error code of a broker means for the batch that it is about. */
enum Verdict {
    /** The broker has it. */
    DONE,
    /** It goes out again; who leads is asked. */
    AGAIN,
    /** It goes out again in a new epoch, unless one before it failed: then it could not fit. */
    RENUMBER,
    /** It goes out again in two parts. */
    SPLIT,
    /** It has failed for good. */
    FAILED;

    static Verdict of(ErrorCode error) {
        return switch (error) {
            case NONE, DUPLICATE_SEQUENCE_NUMBER -> DONE;
            case OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH -> RENUMBER;
            case MESSAGE_TOO_LARGE -> SPLIT;
            default -> error.isRetriable() ? AGAIN : FAILED;
        };
    }
}

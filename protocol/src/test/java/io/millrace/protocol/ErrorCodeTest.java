package io.millrace.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {

    @Test
    void codesNamesAndRetriabilityAreThoseOfKafka() {
        for (Errors kafka : Errors.values()) {
            ErrorCode ours = ErrorCode.of(kafka.code());
            assertEquals(kafka.name(), ours.name());
            assertEquals(kafka.code(), ours.code());
            assertEquals(kafka.exception() instanceof RetriableException, ours.isRetriable(), kafka.name());
        }
        assertEquals(Errors.values().length, ErrorCode.values().length);
    }

    @Test
    void aCodeNobodyKnowsIsAServerError() {
        for (int code : new int[] {-2, Short.MIN_VALUE, ErrorCode.values().length - 1, Short.MAX_VALUE}) {
            assertSame(ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.of(code));
        }
    }
}

package io.millrace.protocol.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.testing.Seeded;
import io.millrace.protocol.wire.Reader;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeded.class)
class ThrottledTest {

    @Test
    void theThrottleTimeIsAllThatChanges(Random random) {
        for (ApiKey key : ApiKey.values()) {
            short version = key.highestVersion();
            byte[] bytes = RandomMessage.bytes(
                    random, Schemas.named(key.apiName() + "Response").schema(), version);
            ApiMessage response = key.readResponse(new Reader(ByteBuffer.wrap(bytes)), version);
            ApiMessage throttled = response.throttled(4321);
            assertEquals(4321, throttled.throttleTimeMs(), key.apiName());
            assertEquals(response, throttled.throttled(response.throttleTimeMs()), key.apiName());
        }
    }

    @Test
    void aMessageWithoutAThrottleTimeStaysAsItIs() {
        ApiMessage request = FetchRequest.builder().build();
        assertSame(request, request.throttled(5));
        assertEquals(0, request.throttleTimeMs());
    }
}

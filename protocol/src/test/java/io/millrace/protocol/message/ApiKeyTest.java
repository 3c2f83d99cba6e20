package io.millrace.protocol.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class ApiKeyTest {

    @Test
    void keysNamesAndVersionsAreThoseOfKafka() {
        for (ApiKey key : ofKafka()) {
            ApiMessageType kafka = ApiMessageType.fromApiKey(key.id());
            assertEquals(kafka.name, key.apiName());
            assertEquals(ApiKeys.forId(key.id()).name(), key.name());
            assertEquals(kafka.highestSupportedVersion(false), key.highestVersion(), key.apiName());
            // older clients are served here, too, where Kafka has given them up
            assertTrue(kafka.lowestSupportedVersion() >= key.lowestServed(), key.apiName());
            assertSame(key, ApiKey.of(key.id()));
        }
    }

    private static List<ApiKey> ofKafka() {
        return Stream.of(ApiKey.values()).filter(key -> !key.isOwn()).toList();
    }

    @Test
    void keysOfOurOwnAreFarFromThoseOfKafka() {
        assertSame(ApiKey.MIRROR_APPEND, ApiKey.of(10_000));
        assertTrue(ApiKey.MIRROR_APPEND.isOwn());
        assertNull(ApiKey.of(9_999));
        assertNull(ApiKey.of(10_127));
        assertNull(ApiKey.of(10_128));
    }

    @Test
    void headersAreThoseOfKafkaInEveryVersion() {
        for (ApiKey key : ofKafka()) {
            ApiMessageType kafka = ApiMessageType.fromApiKey(key.id());
            for (short v = kafka.lowestSupportedVersion(); v <= key.highestVersion(); v++) {
                assertEquals(kafka.requestHeaderVersion(v), key.requestHeaderVersion(v), key + " v" + v);
                assertEquals(kafka.responseHeaderVersion(v), key.responseHeaderVersion(v), key + " v" + v);
            }
        }
    }

    @Test
    void servesIsTheRangeAndNothingBesideIt() {
        assertEquals(true, ApiKey.FETCH.serves(0));
        assertEquals(true, ApiKey.FETCH.serves(18));
        assertEquals(false, ApiKey.FETCH.serves(19));
        assertEquals(false, ApiKey.FETCH.serves(-1));
    }

    @Test
    void aKeyWithoutSchemaIsNoApi() {
        assertNull(ApiKey.of(-1));
        assertNull(ApiKey.of(4));
        assertNull(ApiKey.of(Short.MAX_VALUE));
    }
}

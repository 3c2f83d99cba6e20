package io.millrace.tools.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.MillraceException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MirrorConfigTest {
    private static MirrorConfig with(String... more) {
        Map<String, String> settings =
                new HashMap<>(Map.of("source.bootstrap.servers", "a:9092", "target.bootstrap.servers", "b:9092"));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return MirrorConfig.of(settings);
    }

    private static String refusal(String... more) {
        return assertThrows(MillraceException.class, () -> with(more)).getMessage();
    }

    @Test
    void whatIsNotSaidIsSensible() {
        MirrorConfig config = with();
        assertTrue(config.topics().accepts("anything"));
        assertEquals("t", config.targetName("t"));
        assertEquals(-1, config.replicationFactor());
        assertEquals("millrace-mirror", config.source().clientId());
    }

    @Test
    void settingsOfClientsHaveAPrefix() {
        MirrorConfig config = with("source.client.id", "me", "target.request.timeout.ms", "1234");
        assertEquals("me", config.source().clientId());
        assertEquals(Duration.ofMillis(1234), config.target().requestTimeout());
    }

    @Test
    void namesAreMatchedAsAWholeAndExcludedAfterwards() {
        MirrorConfig config = with("topics", "access, err.*", "topics.exclude", "error-private");
        assertTrue(config.topics().accepts("access"));
        assertTrue(config.topics().accepts("errors"));
        assertFalse(config.topics().accepts("error-private"));
        assertFalse(config.topics().accepts("access-2"));
        assertFalse(config.topics().accepts("my-errors"));
    }

    @Test
    void whatIsWrongIsSaidInOneLine() {
        assertTrue(refusal("topcis", "x").contains("Did you mean 'topics'"));
        assertTrue(refusal("topics", "[").contains("no regular expression"));
        assertTrue(refusal("bandwidth.bytes.per.second", "fast").contains("bandwidth.bytes.per.second"));
        assertTrue(assertThrows(MillraceException.class, () -> MirrorConfig.of(Map.of()))
                .getMessage()
                .contains("source.bootstrap.servers is missing"));
    }
}

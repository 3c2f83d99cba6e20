package io.millrace.tools.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.tools.terminal.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ClusterChoiceTest {
    private static final Profiles PROFILES = Profiles.parse(
            "file",
            List.of(
                    "# mine",
                    "current = prod",
                    "",
                    "[prod]",
                    "bootstrap = p1:9092,p2:9092",
                    "timeout = 30s",
                    "client.id = ops",
                    "[test]",
                    "bootstrap=t1:9092"));

    private static ClusterChoice.Said said(String bootstrap, String cluster) {
        return new ClusterChoice.Said(maybe(bootstrap), maybe(cluster), Optional.empty(), Optional.empty(), Map.of());
    }

    private static Optional<String> maybe(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static String bootstrap(ClusterChoice.Said options, ClusterChoice.Said environment, Profiles profiles) {
        return ClusterChoice.of(options, environment, profiles, "file").bootstrap();
    }

    @Test
    void whoIsNearerWins() {
        ClusterChoice.Said silent = said("", "");
        assertEquals("127.0.0.1:9092", bootstrap(silent, silent, Profiles.NONE));
        assertEquals("p1:9092,p2:9092", bootstrap(silent, silent, PROFILES));
        assertEquals("e:1", bootstrap(silent, said("e:1", ""), PROFILES));
        assertEquals("t1:9092", bootstrap(silent, said("", "test"), PROFILES));
        assertEquals("t1:9092", bootstrap(said("", "test"), said("e:1", ""), PROFILES));
        assertEquals("o:1", bootstrap(said("o:1", ""), said("e:1", "test"), PROFILES));
    }

    @Test
    void aProfileBringsItsSettings() {
        ClusterChoice choice = ClusterChoice.of(said("", ""), said("", ""), PROFILES, "file");
        assertEquals(Optional.of("prod"), choice.name());
        assertEquals(Optional.of(Duration.ofSeconds(30)), choice.timeout());
        assertEquals(Map.of("client.id", "ops"), choice.settings());
    }

    @Test
    void anUnknownNameAndAnUnreadableLineAreTold() {
        Failure failure = assertThrows(Failure.class, () -> bootstrap(said("", "tset"), said("", ""), PROFILES));
        assertTrue(failure.getMessage().endsWith("did you mean 'test'?"), failure.getMessage());
        assertEquals(2, failure.exitCode());
        assertThrows(Failure.class, () -> Profiles.parse("file", List.of("[a]", "nonsense")));
        assertThrows(Failure.class, () -> Profiles.parse("file", List.of("a = b")));
        assertThrows(Failure.class, () -> PROFILES.set("not a name", Map.of()));
    }

    @Test
    void profilesAreWrittenAsTheyAreRead() {
        Profiles changed = PROFILES.set("test", Map.of("timeout", "5s")).set("prod", Map.of("client.id", ""));
        assertEquals(changed, Profiles.parse("file", changed.lines()));
        assertEquals(
                Map.of("bootstrap", "t1:9092", "timeout", "5s"),
                changed.clusters().get("test"));
        assertEquals("test", changed.use("test").current().orElseThrow());
    }
}

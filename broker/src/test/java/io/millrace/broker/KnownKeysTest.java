package io.millrace.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.broker.config.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KnownKeysTest {
    @Test
    void keysThatActGiveNoWarning() {
        assertEquals(List.of(), warnings("num.partitions"));
    }

    @Test
    void aKeyOfKafkasThatIsNotUsedIsNamed() {
        assertEquals(
                List.of("Setting authorizer.class.name is Kafka's but has no effect in this version of Millrace"),
                warnings("authorizer.class.name"));
    }

    @Test
    void aMistypedKeyIsAnsweredWithTheNearest() {
        assertEquals(
                List.of("Setting num.partitons is not known; did you mean num.partitions?"), warnings("num.partitons"));
    }

    private static List<String> warnings(String key) {
        return KnownKeys.warnings(new Settings(Map.of(key, "1")), BrokerConfig.allSettings());
    }
}

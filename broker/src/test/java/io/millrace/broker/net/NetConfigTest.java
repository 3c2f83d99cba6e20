package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NetConfigTest {
    @Test
    void brokersMeetAtTheFirstListenerUnlessOneIsNamed() {
        assertEquals(
                "PLAINTEXT", NetConfig.from(new Settings(Map.of()), 1 << 20).interBrokerListener());
        Settings named = new Settings(Map.of("inter.broker.listener.name", "PLAINTEXT"));
        assertEquals("PLAINTEXT", NetConfig.from(named, 1 << 20).interBrokerListener());
    }

    @Test
    void brokersCannotMeetAtAListenerThatIsNone() {
        Settings wrong = new Settings(Map.of("inter.broker.listener.name", "INTERNAL"));
        InvalidSettingException refused =
                assertThrows(InvalidSettingException.class, () -> NetConfig.from(wrong, 1 << 20));
        assertTrue(refused.getMessage().contains("inter.broker.listener.name"), refused.getMessage());
    }
}

package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Settings;
import java.util.List;
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

    @Test
    void listenersBearAnyNameThatIsMappedToPlaintext() {
        NetConfig config = config(Map.of(
                "listeners", "PLAINTEXT://0.0.0.0:9092,BROKER://0.0.0.0:9093,CONTROLLER://0.0.0.0:9094",
                "advertised.listeners", "PLAINTEXT://localhost:32768,BROKER://a1b2:9093",
                "listener.security.protocol.map", "BROKER:PLAINTEXT,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "controller.listener.names", "CONTROLLER",
                "inter.broker.listener.name", "BROKER"));
        assertEquals(
                List.of("PLAINTEXT", "BROKER"),
                config.listeners().stream().map(ListenerAddress::name).toList());
        assertEquals("BROKER", config.interBrokerListener());
    }

    @Test
    void aListenerWhoseSecurityIsNotThereIsRefusedByName() {
        for (String map : List.of("PLAINTEXT:PLAINTEXT", "INTERNAL:SASL_SSL")) {
            InvalidSettingException refused = assertThrows(
                    InvalidSettingException.class,
                    () -> config(
                            Map.of("listeners", "INTERNAL://127.0.0.1:9093", "listener.security.protocol.map", map)));
            assertTrue(refused.getMessage().contains("INTERNAL://127.0.0.1:9093"), refused.getMessage());
        }
    }

    private static NetConfig config(Map<String, String> settings) {
        return NetConfig.from(new Settings(settings), 1 << 20);
    }
}

package io.millrace.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    @Test
    void variablesOfOursAreSettings() throws Exception {
        assertEquals(
                Map.of("log.retention.hours", "24", "broker.id", "7"),
                settings(Map.of(
                        "MILLRACE_LOG_RETENTION_HOURS", "24",
                        "MILLRACE_BROKER_ID", "7",
                        "MILLRACE_JVM_OPTS", "-Xmx1g",
                        "KAFKA_LOG_RETENTION_HOURS", "1",
                        "MILLRACE_SERVICE_HOST", "10.0.0.1",
                        "MILLRACE_BROKERS_SERVICE_PORT_KAFKA", "9092",
                        "MILLRACE_PORT_9092_TCP_ADDR", "10.0.0.1",
                        "MILLRACE_PORT", "tcp://10.0.0.1:9092",
                        "PATH", "/bin")));
    }

    @Test
    void aSettingMayEndLikeAVariableOfKubernetes() throws Exception {
        assertEquals(
                Map.of("jmx.port", "9999", "zookeeper.embedded.port", "2181"),
                settings(Map.of("MILLRACE_JMX_PORT", "9999", "MILLRACE_ZOOKEEPER_EMBEDDED_PORT", "2181")));
        assertThrows(StartupException.class, () -> settings(Map.of("MILLRACE_NO_SUCH_PORT", "9999")));
    }

    @Test
    void kafkasCountWhereTheImageAsksForThemAndOursWin() throws Exception {
        assertEquals(
                Map.of("log.retention.hours", "24", "process.roles", "broker,controller", "a_b-c.d", "x"),
                settings(Map.of(
                        "MILLRACE_KAFKA_ENV", "true",
                        "MILLRACE_LOG_RETENTION_HOURS", "24",
                        "KAFKA_LOG_RETENTION_HOURS", "1",
                        "KAFKA_PROCESS_ROLES", "broker,controller",
                        "KAFKA_A__B___C_D", "x",
                        "KAFKA_HEAP_OPTS", "-Xmx1g")));
    }

    @Test
    void aMistakeIsNamedWithWhatWasMeant() {
        for (String wrong : List.of("MILLRACE_LOG_RETENTION_HOUR", "MILLRACE_LOG_RETENTIONHOURS")) {
            StartupException refused = assertThrows(StartupException.class, () -> settings(Map.of(wrong, "24")));
            assertTrue(refused.getMessage().contains(wrong), refused.getMessage());
            assertTrue(refused.getMessage().contains("MILLRACE_LOG_RETENTION_HOURS"), refused.getMessage());
        }
        StartupException unlike = assertThrows(StartupException.class, () -> settings(Map.of("MILLRACE_XYZZY", "1")));
        assertTrue(unlike.getMessage().contains("MILLRACE_XYZZY"), unlike.getMessage());
    }

    private static Map<String, String> settings(Map<String, String> variables) throws StartupException {
        return new Environment(variables).settings(BrokerConfig.allSettings());
    }
}

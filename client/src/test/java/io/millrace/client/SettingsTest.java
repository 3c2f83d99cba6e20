package io.millrace.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.MillraceException.Reason;
import io.millrace.client.producer.Acks;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.client.producer.WhenFull;
import io.millrace.protocol.compress.Compression;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Configuration from texts, as users write them, right and wrong. */
final class SettingsTest {
    private static ProducerConfig read(String... settings) {
        Map<String, String> map = new HashMap<>(Map.of("bootstrap.servers", "kafka1:9092"));
        for (String setting : settings) {
            map.put(setting.split("=", 2)[0], setting.split("=", 2)[1]);
        }
        return ProducerConfig.fromMap(map);
    }

    private static String complaint(String... settings) {
        MillraceException thrown = Assertions.assertThrows(MillraceException.class, () -> read(settings));
        assertEquals(Reason.INVALID, thrown.reason());
        return thrown.getMessage();
    }

    @Test
    void kafkasKeysAreRead() {
        ProducerConfig config = read(
                "acks=1",
                "linger.ms=20",
                "batch.size=65536",
                "buffer.memory=16777216",
                "compression.type=zstd",
                "compression.zstd.level=9",
                "delivery.timeout.ms=60000",
                "client.id=web-7",
                "when.full=drop_and_count",
                "max.in.flight.requests.per.connection=3");
        assertEquals(Acks.LEADER, config.acks());
        assertTrue(config.idempotent());
        assertEquals(Duration.ofMillis(20), config.linger());
        assertEquals(65_536, config.batchSize());
        assertEquals(16_777_216, config.bufferMemory());
        assertEquals(Compression.ZSTD, config.compressor().codec());
        assertEquals(9, config.compressor().level());
        assertEquals(Duration.ofMinutes(1), config.deliveryTimeout());
        assertEquals("web-7", config.client().clientId());
        assertEquals(WhenFull.DROP_AND_COUNT, config.whenFull());
        assertEquals(3, config.maxInFlight());
    }

    @Test
    void aPropertiesFileIsReadTheSameWay() {
        Properties file = new Properties();
        file.setProperty("bootstrap.servers", "kafka1:9092, kafka2:9093");
        file.setProperty("acks", "0");
        ProducerConfig config = ProducerConfig.fromProperties(file);
        assertEquals(Acks.NONE, config.acks());
        assertFalse(config.idempotent());
        List<BrokerAddress> addresses =
                config.client().bootstrap().addresses().toCompletableFuture().join();
        assertEquals(List.of(new BrokerAddress("kafka1", 9092), new BrokerAddress("kafka2", 9093)), addresses);
    }

    @Test
    void anUnknownKeyIsToldWithTheNearestKnownOne() {
        assertEquals("Unknown setting 'linger'. Did you mean 'linger.ms'?", complaint("linger=20"));
        assertEquals("Unknown setting 'batchsize'. Did you mean 'batch.size'?", complaint("batchsize=20"));
        assertEquals(
                "Unknown setting 'compresion.type'. Did you mean 'compression.type'?",
                complaint("compresion.type=lz4"));
        assertEquals("Unknown setting 'xyz'.", complaint("xyz=1"));
    }

    @Test
    void aWrongValueIsToldWithWhatItMustBe() {
        assertEquals("linger.ms is 'soon'; it must be a whole number", complaint("linger.ms=soon"));
        assertEquals("linger.ms is -1; it must be 0 at least", complaint("linger.ms=-1"));
        assertEquals(
                "compression.type is 'rar'; it must be none, gzip, snappy, lz4 or zstd",
                complaint("compression.type=rar"));
        assertEquals("enable.idempotence is 'maybe'; it must be true or false", complaint("enable.idempotence=maybe"));
        assertTrue(complaint("acks=2").contains("it must be 0, 1 or all"));
        assertTrue(complaint("when.full=block").contains("fail, drop_and_count"));
        assertTrue(complaint("acks=0", "enable.idempotence=true").contains("set acks to 1 or all"));
        assertTrue(complaint("buffer.memory=1000").contains("batch.size"));
        assertTrue(complaint("max.in.flight.requests.per.connection=6").contains("1 to 5"));
    }

    @Test
    void anAddressThatIsNoneIsToldSo() {
        for (String wrong :
                List.of("kafka1", "kafka1:", ":9092", "kafka1:http", "kafka1:0", "::1:9092", "kafka1:99999")) {
            MillraceException thrown =
                    Assertions.assertThrows(MillraceException.class, () -> BrokerAddress.parse(wrong), wrong);
            assertTrue(thrown.getMessage().contains("host:port"), thrown.getMessage());
        }
        assertEquals(new BrokerAddress("::1", 9092), BrokerAddress.parse("[::1]:9092"));
        assertEquals("[::1]:9092", BrokerAddress.parse("[::1]:9092").toString());
        assertTrue(Assertions.assertThrows(MillraceException.class, () -> ClientConfig.of(" , "))
                .getMessage()
                .contains("bootstrap.servers"));
    }
}

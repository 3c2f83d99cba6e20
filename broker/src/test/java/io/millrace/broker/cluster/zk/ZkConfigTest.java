package io.millrace.broker.cluster.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZkConfigTest {

    @Test
    void withoutAnAddressZooKeeperIsEmbedded() {
        ZkConfig config = ZkConfig.from(new Settings(Map.of()));
        assertTrue(config.isEmbedded());
        assertEquals(6000, config.sessionTimeoutMs());
        assertEquals(6000, config.connectionTimeoutMs());
        assertEquals(0, config.embeddedPort());
    }

    @Test
    void theConnectionTimeoutIsTheSessionTimeoutUnlessSet() {
        Settings settings = new Settings(Map.of("zookeeper.session.timeout.ms", "18000"));
        assertEquals(18000, ZkConfig.from(settings).connectionTimeoutMs());
    }

    @Test
    void serversAndChrootAreToldApart() {
        ZkConfig config = config("h1:2181,h2:2181/a/b");
        assertEquals("h1:2181,h2:2181", config.servers());
        assertEquals("/a/b", config.chroot());
        assertEquals("", config("h1:2181").chroot());
        assertEquals("", config("h1:2181/").chroot());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"h", "h:1", "h-1.example.org:65535", "127.0.0.1:2181/x", "[::1]:2181,h:2181/a.b/c", " h:1 "})
    void anAddressIsTaken(String address) {
        assertEquals(address.trim(), config(address).connect());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"h:0", "h:65536", "h:99999", "h:", ":2181", "h:x", "h,,i", "h:1/a//b", "h:1/..", "h 1", "/a"})
    void whatIsNoAddressIsRefused(String address) {
        InvalidSettingException refused = assertThrows(InvalidSettingException.class, () -> config(address));
        assertTrue(refused.getMessage().contains("zookeeper.connect"), refused.getMessage());
    }

    private static ZkConfig config(String address) {
        return ZkConfig.from(new Settings(Map.of("zookeeper.connect", address)));
    }
}

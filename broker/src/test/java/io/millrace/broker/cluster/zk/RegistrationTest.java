package io.millrace.broker.cluster.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ExecutionException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RegistrationTest {
    private ZkFixture zk;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        zk = new ZkFixture(directory);
    }

    @AfterEach
    void stop() throws Exception {
        zk.close();
    }

    @Test
    void aRegistrationLeftByAnEarlierLifeAtTheSameAddressIsReplacedAtOnce() throws Exception {
        ZkClusterStore store = zk.store(1);
        ZooKeeper earlierLife = zk.client(); // its session lives on, as after kill -9
        register(earlierLife, ZkFixture.broker(1, 19092));
        BrokerRegistration registered = ZkFixture.get(store.register(ZkFixture.broker(1, 19092)));
        Stat stat = earlierLife.exists("/brokers/ids/1", false);
        assertTrue(stat.getEphemeralOwner() != earlierLife.getSessionId());
        assertEquals(stat.getCzxid(), registered.epoch());
        assertEquals(registered, store.view().broker(1).orElseThrow());
    }

    @Test
    void aRegistrationWhoseAddressRefusesConnectionsIsReplaced() throws Exception {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = socket.getLocalPort();
        }
        ZkClusterStore store = zk.store(1);
        register(zk.client(), ZkFixture.broker(1, closedPort));
        BrokerRegistration registered = ZkFixture.get(store.register(ZkFixture.broker(1, 19092)));
        assertEquals(registered, store.view().broker(1).orElseThrow());
    }

    @Test
    void aLivingTwinIsRefused() throws Exception {
        try (ServerSocket twin = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ZkClusterStore store = zk.store(1);
            ZooKeeper twinsClient = zk.client();
            register(twinsClient, ZkFixture.broker(1, twin.getLocalPort()));

            ExecutionException refused = assertThrows(
                    ExecutionException.class, () -> ZkFixture.get(store.register(ZkFixture.broker(1, 19092))));

            ApiException reason = assertInstanceOf(ApiException.class, refused.getCause());
            assertEquals(ErrorCode.DUPLICATE_BROKER_REGISTRATION, reason.error());
            assertTrue(reason.getMessage().contains("Broker id 1 is in use"), reason.getMessage());
            assertTrue(!reason.getMessage().contains("\n"), reason.getMessage());
            Stat stat = twinsClient.exists("/brokers/ids/1", false);
            assertEquals(twinsClient.getSessionId(), stat.getEphemeralOwner());
        }
    }

    @Test
    void aRegistrationThatSomebodyDeletesComesBack() throws Exception {
        ZkClusterStore store = zk.store(1);
        long epoch = ZkFixture.get(store.register(ZkFixture.broker(1, 19092))).epoch();
        zk.client().delete("/brokers/ids/1", -1);
        ZkFixture.get(
                store.when(view -> view.broker(1).filter(b -> b.epoch() > epoch).isPresent()));
    }

    @Test
    void aRegistrationThatCannotBeReadGivesWayWhenItsSessionEnds() throws Exception {
        ZkClusterStore store = zk.store(1);
        ZooKeeper earlierLife = zk.client();
        ZkFixture.create(earlierLife, "/brokers/ids/1", "no JSON", CreateMode.EPHEMERAL);
        var registering = store.register(ZkFixture.broker(1, 19092));
        earlierLife.close();
        assertEquals(1, ZkFixture.get(registering).id());
    }

    private static void register(ZooKeeper client, BrokerRegistration broker) throws Exception {
        String value = new String(BrokerNode.encode(broker, Clock.systemUTC()), StandardCharsets.UTF_8);
        ZkFixture.create(client, "/brokers/ids/" + broker.id(), value, CreateMode.EPHEMERAL);
    }
}

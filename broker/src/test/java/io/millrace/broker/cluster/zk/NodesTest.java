package io.millrace.broker.cluster.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.ProducerIdBlock;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.cluster.TopicState.Assignment;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The values of znodes, as Apache Kafka 3.x writes them, and as nobody should. */
class NodesTest {
    private static final Uuid ID = new Uuid(1, 2);
    private static final String BROKER_V5 =
            "{\"version\":5,\"host\":\"h\",\"port\":9092,\"endpoints\":[\"PLAINTEXT://h:9092\",\"IN://[::1]:9093\"],"
                    + "\"listener_security_protocol_map\":{\"PLAINTEXT\":\"PLAINTEXT\",\"IN\":\"SASL_SSL\"},"
                    + "\"rack\":\"r1\",\"jmx_port\":-1,\"features\":{},\"timestamp\":\"1700000000000\"}";
    private static final String TOPIC_V3 = "{\"version\":3,\"topic_id\":\"" + ID + "\","
            + "\"partitions\":{\"0\":[1,2],\"1\":[2,1,3]},\"adding_replicas\":{\"1\":[3]},\"removing_replicas\":{}}";
    private static final String STATE_V1 =
            "{\"version\":1,\"leader\":1,\"leader_epoch\":3,\"isr\":[1,2],\"controller_epoch\":0}";

    @Test
    void aBrokerIsWrittenAsKafkaWritesIt() throws Exception {
        BrokerRegistration broker = new BrokerRegistration(
                7,
                List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092), new Endpoint("IN", "SASL_SSL", "::1", 9093)),
                Optional.of("r1"),
                42);
        Clock clock = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_000L), ZoneOffset.UTC);
        assertEquals(BROKER_V5, text(BrokerNode.encode(broker, clock)));
        assertEquals(broker.withEpoch(0), BrokerNode.decode(7, node(BROKER_V5)));
    }

    @Test
    void aBrokerThatIsRecoveringSaysSoInAFieldOfOurOwn() throws Exception {
        BrokerRegistration broker = new BrokerRegistration(
                7, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092)), Optional.empty(), 0, true);
        String value = text(BrokerNode.encode(broker, Clock.systemUTC()));
        assertTrue(value.endsWith(",\"recovering\":true}"), value);
        assertEquals(broker, BrokerNode.decode(7, node(value)));
        String unclear = value.replace("true}", "\"yes\"}");
        assertThrows(CorruptNodeException.class, () -> BrokerNode.decode(7, node(unclear)));
    }

    @Test
    void aBrokerThatIsShortOfDiskSaysSoInAFieldOfOurOwn() throws Exception {
        BrokerRegistration broker = new BrokerRegistration(
                        7, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092)), Optional.empty(), 0)
                .withShortOfDisk(true);
        String value = text(BrokerNode.encode(broker, Clock.systemUTC()));
        assertTrue(value.endsWith(",\"short_of_disk\":true}"), value);
        assertEquals(broker, BrokerNode.decode(7, node(value)));
    }

    @Test
    void brokersOfOlderVersionsAreUnderstood() throws Exception {
        BrokerRegistration first = BrokerNode.decode(
                1,
                node("{\"version\":1,\"host\":\"h\",\"port\":9092,\"jmx_port\":9999,"
                        + "\"timestamp\":\"2233345666\"}"));
        assertEquals(List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092)), first.endpoints());
        BrokerRegistration third = BrokerNode.decode(
                1,
                node("{\"version\":3,\"host\":null,\"port\":-1,\"endpoints\":[\"SSL://h:9093\"],\"rack\":\"dc1\","
                        + "\"jmx_port\":-1,\"timestamp\":\"1\"}"));
        assertEquals(List.of(new Endpoint("SSL", "SSL", "h", 9093)), third.endpoints());
        assertEquals(Optional.of("dc1"), third.rack());
    }

    @Test
    void aTopicIsWrittenAsKafkaWritesIt() throws Exception {
        Assignment assignment =
                new Assignment(List.of(List.of(1, 2), List.of(2, 1, 3)), Map.of(1, List.of(3)), Map.of());
        assertEquals(TOPIC_V3, text(TopicNode.encode(ID, assignment)));
        TopicState topic = TopicNode.decode("t", node(TOPIC_V3));
        assertEquals(ID, topic.id());
        assertEquals(List.of(2, 1, 3), topic.replicas(1));
        assertEquals(List.of(3), topic.addingReplicas(1));
        assertEquals(List.of(), topic.removingReplicas(0));
    }

    @Test
    void aPartitionStateIsWrittenAsKafkaWritesIt() throws Exception {
        PartitionState state = new PartitionState(1, 3, List.of(1, 2), PartitionState.RECOVERED, 0);
        assertEquals(STATE_V1, text(PartitionStateNode.encode(state)));
        assertEquals(state, PartitionStateNode.decode(node(STATE_V1)));
        PartitionState recovering = new PartitionState(-1, 3, List.of(1), PartitionState.RECOVERING, 0);
        assertEquals(recovering, PartitionStateNode.decode(node(text(PartitionStateNode.encode(recovering)))));
    }

    @Test
    void configClusterIdAndProducerIdsAreWrittenAsKafkaWritesThem() throws Exception {
        String config = "{\"version\":1,\"config\":{\"a\":\"b\",\"c\":\"d\"}}";
        assertEquals(config, text(ConfigNode.encode(Map.of("c", "d", "a", "b"))));
        assertEquals(Map.of("a", "b", "c", "d"), ConfigNode.decode(node(config)));
        assertEquals("/config/topics/t", ConfigNode.path(new ConfigScope.Topic("t")));
        assertEquals("/config/brokers/7", ConfigNode.path(new ConfigScope.Broker(7)));
        assertEquals("/config/brokers/<default>", ConfigNode.path(new ConfigScope.AllBrokers()));

        String clusterId = "{\"version\":\"1\",\"id\":\"abc\"}";
        assertEquals(clusterId, text(ClusterIdNode.encode("abc")));
        assertEquals("abc", ClusterIdNode.decode(node(clusterId)));

        String block = "{\"version\":1,\"broker\":1,\"block_start\":\"1000\",\"block_end\":\"1999\"}";
        assertEquals(block, text(ProducerIdNode.encode(1, new ProducerIdBlock(1000, 1000))));
        assertEquals(new ProducerIdBlock(2000, 1000), ProducerIdNode.after(node(block)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not JSON",
                "[]",
                "{",
                "{}",
                "null",
                "{\"version\":99,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"0\":[1]}}",
                "{\"version\":3,\"topic_id\":\"short\",\"partitions\":{\"0\":[1]}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\"}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"1\":[1]}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"0\":[]}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"0\":[1,1]}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"0\":[\"x\"]}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"x\":[1]}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"0\":[99999999999]}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"0\":[1]}} more",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"0\":[1,-2]}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"0\":[1]},"
                        + "\"adding_replicas\":{\"0\":[2]}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"0\":[1]},"
                        + "\"removing_replicas\":{\"1\":[1]}}",
            })
    void aTopicThatCannotBeIsRefusedWithAReason(String value) {
        CorruptNodeException reason =
                assertThrows(CorruptNodeException.class, () -> TopicNode.decode("t", node(value)));
        assertTrue(
                reason.getMessage().startsWith("is ")
                        || reason.getMessage().startsWith("ha")
                        || reason.getMessage().startsWith("lacks "),
                reason.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"version\":1,\"leader\":1,\"leader_epoch\":3,\"isr\":[]}",
                "{\"version\":1,\"leader\":1,\"leader_epoch\":-3,\"isr\":[1]}",
                "{\"version\":1,\"leader\":1,\"isr\":[1]}",
                "{\"version\":1,\"leader\":\"1\",\"leader_epoch\":3,\"isr\":[1]}",
                "{\"version\":2,\"leader\":1,\"leader_epoch\":3,\"isr\":[1]}",
                "{\"leader\":1,\"leader_epoch\":3,\"isr\":[1]}",
                "{\"version\":1,\"leader\":3,\"leader_epoch\":3,\"isr\":[1]}",
                "{\"version\":1,\"leader\":1,\"leader_epoch\":3,\"isr\":[1,1]}",
                "{\"version\":1,\"leader\":-1,\"leader_epoch\":3,\"isr\":[-1]}",
            })
    void aStateThatCannotBeIsRefused(String value) {
        assertThrows(CorruptNodeException.class, () -> PartitionStateNode.decode(node(value)));
    }

    @Test
    void damagedValuesAreRefusedAndNothingWorse() {
        long seed = seed();
        Random random = new Random(seed);
        long end = System.nanoTime() + 1_000_000_000L * Long.getLong("fuzz.seconds", 2);
        List<String> values = List.of(BROKER_V5, TOPIC_V3, STATE_V1, "{\"version\":1,\"config\":{\"a\":\"b\"}}");
        while (System.nanoTime() < end) {
            byte[] value = values.get(random.nextInt(values.size())).getBytes(StandardCharsets.UTF_8);
            for (int i = random.nextInt(4); i >= 0; i--) {
                value[random.nextInt(value.length)] = (byte) random.nextInt();
            }
            Znode node = Znode.written(value, 0);
            for (Decoder decoder : List.<Decoder>of(
                    n -> BrokerNode.decode(1, n),
                    n -> TopicNode.decode("t", n),
                    PartitionStateNode::decode,
                    ConfigNode::decode,
                    ClusterIdNode::decode,
                    ProducerIdNode::after)) {
                try {
                    decoder.decode(node);
                } catch (CorruptNodeException e) {
                    assertTrue(!e.getMessage().isEmpty());
                } catch (RuntimeException e) {
                    throw new AssertionError("seed " + seed + ", value " + text(value), e);
                }
            }
        }
    }

    @Test
    void pathsThatTheViewHasNoUseForAreNothing() {
        for (String path : List.of(
                "/",
                "/brokers",
                "/brokers/ids",
                "/brokers/ids/x",
                "/brokers/topics/t/partitions",
                "/brokers/topics/t/partitions/0",
                "/brokers/topics/t/partitions/x/state",
                "/brokers/topics/t/partitions/0/other",
                "/brokers/topics/t/incarnation-x",
                "/config/users/u/clients",
                "/config/ips/i",
                "/config/brokers/x")) {
            assertEquals(Optional.empty(), Watched.at(path), path);
        }
        for (Watched watched : List.of(
                new Watched.Broker(3),
                new Watched.Topic("t"),
                new Watched.State(new TopicPartition("t", 12)),
                new Watched.Config(new ConfigScope.Topic("t")),
                new Watched.Config(new ConfigScope.Broker(3)),
                new Watched.Config(new ConfigScope.AllBrokers()),
                new Watched.Deletion("t"))) {
            assertEquals(Optional.of(watched), Watched.at(watched.path()));
        }
    }

    private interface Decoder {
        Object decode(Znode node) throws CorruptNodeException;
    }

    private static long seed() {
        String given = System.getProperty("test.seed", "");
        return given.isEmpty() ? new Random().nextLong() : Long.parseLong(given);
    }

    private static Znode node(String value) {
        return Znode.written(value.getBytes(StandardCharsets.UTF_8), 0);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

package io.millrace.broker.api.meta;

import static io.millrace.broker.replica.ReplicaHouse.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsRequest;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.millrace.protocol.message.DescribeClusterRequest;
import io.millrace.protocol.message.DescribeClusterResponse;
import io.millrace.protocol.message.DescribeTopicPartitionsRequest;
import io.millrace.protocol.message.DescribeTopicPartitionsResponse;
import io.millrace.protocol.message.FindCoordinatorRequest;
import io.millrace.protocol.message.FindCoordinatorResponse;
import io.millrace.protocol.message.FindCoordinatorResponse.Coordinator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DescribeCluster, DescribeTopicPartitions, FindCoordinator and ApiVersions, over the wire. */
class ClusterHandlersTest {
    @TempDir
    private Path directory;

    private BrokerHouse house;

    @BeforeEach
    void open() {
        house = new BrokerHouse(directory, Map.of("offsets.topic.num.partitions", "3"));
    }

    @AfterEach
    void close() {
        house.close();
    }

    // ---- DescribeCluster

    private DescribeClusterResponse describe(int version, DescribeClusterRequest.Builder request) {
        return house.ask(ApiKey.DESCRIBE_CLUSTER, DescribeClusterResponse::read, version, request.build());
    }

    @Test
    void theClusterIsDescribedAtEveryVersion() {
        for (int version = 0; version <= 2; version++) {
            DescribeClusterResponse response = describe(
                    version, DescribeClusterRequest.builder().includeClusterAuthorizedOperations(version == 1));
            assertEquals(0, response.errorCode());
            assertEquals("cluster", response.clusterId());
            assertEquals(1, response.controllerId());
            assertEquals(1, response.brokers().get(0).brokerId());
            assertEquals("127.0.0.1", response.brokers().get(0).host());
            assertEquals("rack-a", response.brokers().get(0).rack());
            assertEquals(version == 1, response.clusterAuthorizedOperations() > 0);
        }
    }

    @Test
    void controllersAndOtherEndpointsAreNotHere() {
        for (int version = 1; version <= 2; version++) {
            assertEquals(
                    114,
                    describe(version, DescribeClusterRequest.builder().endpointType((byte) 2))
                            .errorCode());
            assertEquals(
                    115,
                    describe(version, DescribeClusterRequest.builder().endpointType((byte) 3))
                            .errorCode());
        }
    }

    // ---- DescribeTopicPartitions

    private DescribeTopicPartitionsResponse page(
            int limit, Optional<DescribeTopicPartitionsRequest.Cursor> cursor, String... names) {
        DescribeTopicPartitionsRequest request = DescribeTopicPartitionsRequest.builder()
                .topics(List.of(names).stream()
                        .map(DescribeTopicPartitionsRequest.Topic::new)
                        .toList())
                .responsePartitionLimit(limit)
                .cursor(cursor.orElse(null))
                .build();
        return house.ask(ApiKey.DESCRIBE_TOPIC_PARTITIONS, DescribeTopicPartitionsResponse::read, 0, request);
    }

    private static List<String> partitions(DescribeTopicPartitionsResponse page) {
        return page.topics().stream()
                .flatMap(topic -> topic.partitions().stream().map(p -> topic.name() + p.partitionIndex()))
                .toList();
    }

    @Test
    void pagesOfAnySizeTellEveryPartitionOnceAndInOrder() {
        house.replica.topic("b", 3);
        house.replica.topic("a", 2);
        house.replica.topic("c", 1);
        List<String> all = List.of("a0", "a1", "b0", "b1", "b2", "c0");
        for (int limit = -1; limit <= 8; limit++) {
            List<String> seen = new ArrayList<>();
            Optional<DescribeTopicPartitionsRequest.Cursor> cursor = Optional.empty();
            for (int pages = 0; pages < 10; pages++) {
                DescribeTopicPartitionsResponse page = page(limit, cursor);
                assertTrue(partitions(page).size() <= Math.max(1, limit));
                seen.addAll(partitions(page));
                cursor = Optional.ofNullable(page.nextCursor())
                        .map(next ->
                                new DescribeTopicPartitionsRequest.Cursor(next.topicName(), next.partitionIndex()));
                if (cursor.isEmpty()) {
                    break;
                }
            }
            assertEquals(all, seen, "limit " + limit);
        }
    }

    @Test
    void namedTopicsAreToldWithWhatIsWrongWithThem() {
        house.replica.topic("a", 1);
        DescribeTopicPartitionsResponse page = page(2000, Optional.empty(), "nope", "a", "a", "not legal");
        assertEquals(
                Map.of("a", 0, "nope", 3, "not legal", 17),
                page.topics().stream()
                        .collect(Collectors.toMap(topic -> topic.name(), topic -> (int) topic.errorCode())));
        DescribeTopicPartitionsResponse.Topic topic = page.topics().get(0);
        assertEquals(house.id("a"), topic.topicId());
        assertEquals(1, topic.partitions().get(0).leaderId());
        assertNull(page.nextCursor());
    }

    @Test
    void aCursorBeyondATopicsEndGoesOnBehindIt() {
        house.replica.topic("a", 2);
        house.replica.topic("b", 1);
        for (int beyond : new int[] {2, 3, Integer.MAX_VALUE}) {
            DescribeTopicPartitionsResponse page =
                    page(5, Optional.of(new DescribeTopicPartitionsRequest.Cursor("a", beyond)));
            assertEquals(List.of("b0"), partitions(page));
            assertNull(page.nextCursor());
        }
        assertEquals(
                List.of("a0", "a1", "b0"),
                partitions(page(5, Optional.of(new DescribeTopicPartitionsRequest.Cursor("a", -7)))));
        assertEquals(
                List.of("b0"), partitions(page(5, Optional.of(new DescribeTopicPartitionsRequest.Cursor("aa", 9)))));
    }

    // ---- FindCoordinator

    private Coordinator coordinator(int version, int type, String key) {
        FindCoordinatorRequest request = version < 4
                ? FindCoordinatorRequest.builder().key(key).keyType((byte) type).build()
                : FindCoordinatorRequest.builder()
                        .coordinatorKeys(List.of(key))
                        .keyType((byte) type)
                        .build();
        FindCoordinatorResponse response =
                house.ask(ApiKey.FIND_COORDINATOR, FindCoordinatorResponse::read, version, request);
        if (version >= 4) {
            assertEquals(1, response.coordinators().size());
            assertEquals(key, response.coordinators().get(0).key());
            return response.coordinators().get(0);
        }
        return Coordinator.builder()
                .nodeId(response.nodeId())
                .host(response.host())
                .port(response.port())
                .errorCode(response.errorCode())
                .errorMessage(response.errorMessage())
                .build();
    }

    private static void assertNone(int error, Coordinator found) {
        assertEquals(error, found.errorCode());
        assertEquals(-1, found.nodeId());
        assertEquals("", found.host());
        assertEquals(-1, found.port());
    }

    @Test
    void theFirstOneWhoAsksHasTheTopicCreated() {
        assertNone(15, coordinator(4, 0, "g"));
        await(house.replica.cluster.when(
                view -> view.topic("__consumer_offsets").isPresent()));
        house.replica.caughtUp();
        assertEquals(
                3,
                house.replica
                        .cluster
                        .view()
                        .topic("__consumer_offsets")
                        .orElseThrow()
                        .partitionCount());
        for (int version = 0; version <= 6; version++) {
            Coordinator found = coordinator(version, 0, version == 3 ? "" : "g" + version);
            assertEquals(0, found.errorCode());
            assertEquals(1, found.nodeId());
            assertEquals("127.0.0.1", found.host());
            assertEquals(19092, found.port());
            assertEquals(version == 0 || version >= 4 ? "" : "NONE", found.errorMessage());
        }
    }

    @Test
    void withoutALeaderThereIsNoCoordinator() {
        house.replica.topic("__consumer_offsets", 1);
        house.replica.cluster.tamper(edit -> edit.putState(
                new TopicPartition("__consumer_offsets", 0), Optional.of(new PartitionState(2, 1, List.of(2), 0, 1))));
        house.replica.caughtUp();
        for (int version = 0; version <= 6; version++) {
            assertNone(15, coordinator(version, 0, "g"));
        }
    }

    @Test
    void otherKindsOfKeysAreRefused() {
        for (int version = 1; version <= 6; version++) {
            for (int type : new int[] {1, 2, 9, -1}) {
                assertNone(42, coordinator(version, type, "k"));
            }
        }
    }

    // ---- ApiVersions

    private ApiVersionsResponse versions(int version, ApiVersionsRequest.Builder request) {
        return house.ask(ApiKey.API_VERSIONS, ApiVersionsResponse::read, version, request.build());
    }

    private static ApiVersionsRequest.Builder software(String name, String version) {
        return ApiVersionsRequest.builder().clientSoftwareName(name).clientSoftwareVersion(version);
    }

    @Test
    void allThatIsServedIsToldAndProduceFromTheBeginning() {
        for (int version = 0; version <= 5; version++) {
            ApiVersionsResponse response = versions(version, software("millrace-client", "1.0"));
            assertEquals(0, response.errorCode());
            long ownWithoutName = version < 3 ? 1 : 0;
            assertEquals(
                    ApiKey.values().length - ownWithoutName, response.apiKeys().size());
            for (ApiVersionsResponse.ApiKey told : response.apiKeys()) {
                ApiKey key = ApiKey.of(told.apiKey());
                assertEquals(key.lowestServed(), told.minVersion());
                assertEquals(key.highestVersion(), told.maxVersion());
            }
        }
    }

    @Test
    void whatIsMillracesOwnIsToldToMillraceAlone() {
        for (ApiVersionsResponse.ApiKey told :
                versions(4, software("apache-kafka-java", "4.4.0")).apiKeys()) {
            assertFalse(ApiKey.of(told.apiKey()).isOwn(), () -> "key " + told.apiKey());
        }
    }

    @Test
    void softwareNeedsANameAndAVersionFromVersion3On() {
        for (int version = 3; version <= 5; version++) {
            for (String good : new String[] {"a", "apache-kafka-java", "3.9.1", "A-.-z"}) {
                assertEquals(0, versions(version, software(good, good)).errorCode(), good);
            }
            for (String bad : new String[] {"", "-a", "a-", "a b", "ä", ".", "a\n", "x".repeat(10_000)}) {
                assertEquals(42, versions(version, software(bad, "1")).errorCode());
                assertEquals(42, versions(version, software("a", bad)).errorCode());
                assertEquals(List.of(), versions(version, software("a", bad)).apiKeys());
            }
        }
        assertEquals(0, versions(2, software("", "")).errorCode());
    }

    @Test
    void whoMeantAnotherBrokerIsTold() {
        assertEquals(0, meant("cluster", 1));
        assertEquals(129, meant("another", 1));
        assertEquals(129, meant("cluster", 2));
        assertEquals(42, meant("cluster", -1));
        assertEquals(42, meant(null, 1));
        assertEquals(0, meant(null, -1));
    }

    private int meant(String cluster, int node) {
        return versions(5, software("a", "1").clusterId(cluster).nodeId(node)).errorCode();
    }
}

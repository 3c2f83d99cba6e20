package io.millrace.broker.api.admin;

import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.CreatePartitionsRequest;
import io.millrace.protocol.message.CreatePartitionsResponse;
import io.millrace.protocol.message.CreateTopicsRequest;
import io.millrace.protocol.message.CreateTopicsRequest.Topic;
import io.millrace.protocol.message.CreateTopicsResponse;
import io.millrace.protocol.message.DeleteTopicsRequest;
import io.millrace.protocol.message.DeleteTopicsResponse;
import io.millrace.protocol.message.DescribeLogDirsRequest;
import io.millrace.protocol.message.DescribeLogDirsResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CreateTopics, CreatePartitions, DeleteTopics and DescribeLogDirs, over the wire. */
class TopicHandlersTest {
    private static final int NEWEST_CREATE = 7;
    private static final int NEWEST_DELETE = 6;

    @TempDir
    private Path directory;

    private BrokerHouse house;

    @BeforeEach
    void open() {
        house = new BrokerHouse(directory);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private boolean exists(String topic) {
        return house.replica.cluster.view().topic(topic).isPresent();
    }

    // ---- create

    private static Topic.Builder topic(String name, int partitions, int factor) {
        return Topic.builder().name(name).numPartitions(partitions).replicationFactor((short) factor);
    }

    private List<CreateTopicsResponse.Topic> create(int version, CreateTopicsRequest.Builder request) {
        return house.ask(ApiKey.CREATE_TOPICS, CreateTopicsResponse::read, version, request.build())
                .topics();
    }

    private CreateTopicsResponse.Topic create(int version, Topic.Builder topic) {
        List<CreateTopicsResponse.Topic> created =
                create(version, CreateTopicsRequest.builder().topics(List.of(topic.build())));
        assertEquals(1, created.size());
        return created.get(0);
    }

    private void assertRefused(int error, Topic.Builder topic) {
        CreateTopicsResponse.Topic refused = create(NEWEST_CREATE, topic);
        assertEquals(error, refused.errorCode());
        assertNotNull(refused.errorMessage());
        assertEquals(Uuid.ZERO, refused.topicId());
        CreateTopicsRequest.Builder dry =
                CreateTopicsRequest.builder().topics(List.of(topic.build())).validateOnly(true);
        assertEquals(error, create(NEWEST_CREATE, dry).get(0).errorCode(), "a dry run finds the same");
    }

    private static Topic.Builder assigned(String name, Map<Integer, List<Integer>> replicas) {
        return topic(name, -1, -1)
                .assignments(replicas.entrySet().stream()
                        .map(entry -> new Topic.Assignment(entry.getKey(), entry.getValue()))
                        .toList());
    }

    private static Topic.Builder with(String key, String value) {
        return topic("t", 1, 1).configs(List.of(new Topic.Config(key, value)));
    }

    @Test
    void atEveryVersionATopicIsLedWhenItIsAnswered() {
        for (int version = 0; version <= NEWEST_CREATE; version++) {
            String name = "t" + version;
            CreateTopicsResponse.Topic created =
                    create(version, topic(name, 2, 1).configs(List.of(new Topic.Config("retention.ms", "1000"))));
            assertEquals(0, created.errorCode());
            assertEquals(version < 1 ? "" : null, created.errorMessage(), "version 0 has none");
            assertEquals(Optional.of(0), house.replica.partition(name, 1).leaderEpoch());
            assertEquals(1000, house.replica.partition(name, 1).config().retentionMs());
            assertEquals(version < 7 ? Uuid.ZERO : house.id(name), created.topicId());
            assertEquals(version < 5 ? -1 : 2, created.numPartitions());
            assertEquals(version < 5 ? -1 : 1, created.replicationFactor());
            if (version >= 5) {
                CreateTopicsResponse.Topic.Config retention = created.configs().stream()
                        .filter(config -> config.name().equals("retention.ms"))
                        .findFirst()
                        .orElseThrow();
                assertEquals("1000", retention.value());
                assertEquals(1, retention.configSource());
            }
        }
    }

    @Test
    void atEveryVersionARefusalSaysWhy() {
        for (int version = 0; version <= NEWEST_CREATE; version++) {
            CreateTopicsResponse.Topic refused = create(version, topic("a b", 1, 1));
            assertEquals(17, refused.errorCode());
            assertEquals(version < 1, refused.errorMessage().isEmpty());
        }
    }

    @Test
    void defaultsAreForVersion4On() {
        assertEquals(37, create(3, topic("t", -1, 1)).errorCode());
        assertEquals(38, create(3, topic("t", 1, -1)).errorCode());
        assertEquals(0, create(3, assigned("u", Map.of(0, List.of(1)))).errorCode());
        assertEquals(0, create(4, topic("t", -1, -1)).errorCode());
        assertEquals(1, house.replica.cluster.view().topic("t").orElseThrow().partitionCount());
    }

    @Test
    void whatCannotBeIsRefusedWithItsReason() {
        create(NEWEST_CREATE, topic("here", 1, 1));
        create(NEWEST_CREATE, topic("a.b", 1, 1));
        assertRefused(36, topic("here", 1, 1));
        assertRefused(17, topic("a_b", 1, 1));
        for (String name : new String[] {"", ".", "..", "a/b", "x".repeat(250)}) {
            assertRefused(17, topic(name, 1, 1));
        }
        assertRefused(37, topic("t", 0, 1));
        assertRefused(37, topic("t", -2, 1));
        assertRefused(38, topic("t", 1, 2));
        assertRefused(38, topic("t", 1, 0));
        assertRefused(40, with("no.such.key", "1"));
        assertRefused(40, with("retention.ms", "a week"));
        assertRefused(40, with("retention.ms", null));
        assertRefused(40, with("cleanup.policy", "shrink"));
        assertRefused(39, assigned("t", Map.of(1, List.of(1))));
        assertRefused(39, assigned("t", Map.of(0, List.of(9))));
        assertRefused(39, assigned("t", Map.of(0, List.of())));
        assertRefused(39, assigned("t", Map.of(0, List.of(1, 1))));
        assertRefused(42, assigned("t", Map.of(0, List.of(1))).numPartitions(1));
        assertRefused(42, assigned("t", Map.of(0, List.of(1))).replicationFactor((short) 1));
        assertRefused(
                39,
                topic("t", -1, -1)
                        .assignments(
                                List.of(new Topic.Assignment(0, List.of(1)), new Topic.Assignment(0, List.of(1)))));
        assertEquals(2, house.replica.cluster.view().topics().size());
    }

    @Test
    void aTopicNamedTwiceIsRefusedOnceAndTheOthersAreMade() {
        List<CreateTopicsResponse.Topic> answers = create(
                NEWEST_CREATE,
                CreateTopicsRequest.builder()
                        .topics(List.of(
                                topic("t", 1, 1).build(),
                                topic("u", 1, 1).build(),
                                topic("t", 2, 1).build())));
        assertEquals(List.of("t", "u"), answers.stream().map(a -> a.name()).toList());
        assertEquals(
                List.of(42, 0), answers.stream().map(a -> (int) a.errorCode()).toList());
        assertEquals(List.of("u"), List.copyOf(house.replica.cluster.view().topicNames()));
    }

    @Test
    void ofNamesThatCollideWithinARequestTheFirstIsMade() {
        for (boolean dry : new boolean[] {true, false}) {
            CreateTopicsRequest.Builder request = CreateTopicsRequest.builder()
                    .topics(List.of(
                            topic("a.b", 1, 1).build(),
                            topic("a_b", 1, 1).build(),
                            topic("c", 1, 1).build()))
                    .validateOnly(dry);
            assertEquals(
                    List.of(0, 17, 0),
                    create(NEWEST_CREATE, request).stream()
                            .map(a -> (int) a.errorCode())
                            .toList());
        }
        assertTrue(exists("a.b"));
        assertTrue(exists("c"));
        assertFalse(exists("a_b"));
    }

    @Test
    void aDryRunMakesNothingAndNoTimeMeansNoBeginning() {
        for (int version = 1; version <= NEWEST_CREATE; version++) {
            CreateTopicsRequest.Builder dry = CreateTopicsRequest.builder()
                    .topics(List.of(topic("t", 3, 1).build()))
                    .validateOnly(true);
            CreateTopicsResponse.Topic answer = create(version, dry).get(0);
            assertEquals(0, answer.errorCode());
            assertEquals(version < 5 ? -1 : 3, answer.numPartitions());
            for (int timeout : new int[] {0, -1}) {
                CreateTopicsRequest.Builder hurried = CreateTopicsRequest.builder()
                        .topics(List.of(topic("t", 3, 1).build()))
                        .timeoutMs(timeout);
                assertEquals(7, create(version, hurried).get(0).errorCode());
            }
        }
        house.replica.caughtUp();
        assertEquals(0, house.replica.cluster.view().topics().size());
    }

    // ---- grow

    private CreatePartitionsResponse.Result grow(int version, CreatePartitionsRequest.Builder request) {
        List<CreatePartitionsResponse.Result> results = house.ask(
                        ApiKey.CREATE_PARTITIONS, CreatePartitionsResponse::read, version, request.build())
                .results();
        assertEquals(1, results.size());
        return results.get(0);
    }

    private static CreatePartitionsRequest.Builder to(String name, int count, Integer... brokers) {
        List<CreatePartitionsRequest.Topic.Assignment> assignments = brokers.length == 0
                ? null
                : List.of(brokers).stream()
                        .map(broker -> new CreatePartitionsRequest.Topic.Assignment(List.of(broker)))
                        .toList();
        return CreatePartitionsRequest.builder()
                .topics(List.of(new CreatePartitionsRequest.Topic(name, count, assignments)))
                .timeoutMs(1000);
    }

    @Test
    void partitionsAreAddedBehindThoseThatAreThere() {
        house.replica.topic("t", 1);
        house.replica.partition("t", 0).append(only(batch("a")));
        for (int version = 0; version <= 3; version++) {
            int count = 2 + version;
            CreatePartitionsResponse.Result result = grow(version, version == 0 ? to("t", count) : to("t", count, 1));
            assertEquals(0, result.errorCode());
            assertNull(result.errorMessage());
            assertEquals(Optional.of(0), house.replica.partition("t", count - 1).leaderEpoch());
        }
        assertEquals(1, house.replica.partition("t", 0).end(true).offset());
    }

    @Test
    void aGrowthThatCannotBeIsRefused() {
        house.replica.topic("t", 2);
        assertEquals(37, grow(3, to("t", 2)).errorCode());
        assertEquals(37, grow(3, to("t", 1)).errorCode());
        assertEquals(37, grow(3, to("t", Integer.MIN_VALUE)).errorCode());
        assertEquals(37, grow(3, to("t", Integer.MAX_VALUE)).errorCode());
        assertEquals(39, grow(3, to("t", 3, 1, 1)).errorCode());
        assertEquals(39, grow(3, to("t", 3, 9)).errorCode());
        assertEquals(3, grow(3, to("absent", 3)).errorCode());
        assertEquals(7, grow(3, to("t", 3).timeoutMs(0)).errorCode());
        assertEquals(0, grow(3, to("t", 3).validateOnly(true)).errorCode());
        assertEquals(39, grow(3, to("t", 3, 9).validateOnly(true)).errorCode());
        CreatePartitionsRequest.Topic twice = new CreatePartitionsRequest.Topic("t", 3, null);
        CreatePartitionsResponse.Result refused = grow(
                3,
                CreatePartitionsRequest.builder().topics(List.of(twice, twice)).timeoutMs(1000));
        assertEquals(42, refused.errorCode());
        assertNotNull(refused.errorMessage());
        assertEquals(2, house.replica.cluster.view().topic("t").orElseThrow().partitionCount());
    }

    // ---- delete

    private List<DeleteTopicsResponse.Response> delete(int version, DeleteTopicsRequest.Builder request) {
        return house.ask(ApiKey.DELETE_TOPICS, DeleteTopicsResponse::read, version, request.build())
                .responses();
    }

    private static DeleteTopicsRequest.Builder names(int version, String... names) {
        DeleteTopicsRequest.Builder request = DeleteTopicsRequest.builder().timeoutMs(1000);
        return version < NEWEST_DELETE
                ? request.topicNames(List.of(names))
                : request.topics(List.of(names).stream()
                        .map(name -> new DeleteTopicsRequest.Topic(name, Uuid.ZERO))
                        .toList());
    }

    @Test
    void topicsAreDeletedByNameAtEveryVersion() {
        for (int version = 0; version <= NEWEST_DELETE; version++) {
            house.replica.topic("t", 2);
            Uuid id = house.id("t");
            List<DeleteTopicsResponse.Response> answers = delete(version, names(version, "t", "absent"));
            assertEquals(
                    List.of(0, 3),
                    answers.stream().map(a -> (int) a.errorCode()).toList());
            assertEquals(
                    List.of("t", "absent"), answers.stream().map(a -> a.name()).toList());
            assertEquals(version < 6 ? Uuid.ZERO : id, answers.get(0).topicId());
            assertEquals(version < 5, answers.get(1).errorMessage() == null);
            assertTrue(house.replica.partitions.all().isEmpty());
        }
    }

    @Test
    void topicsAreDeletedByIdToo() {
        house.replica.topic("t", 1);
        Uuid id = house.id("t");
        Uuid unknown = Uuid.random();
        List<DeleteTopicsResponse.Response> answers = delete(
                6,
                DeleteTopicsRequest.builder()
                        .timeoutMs(1000)
                        .topics(List.of(
                                new DeleteTopicsRequest.Topic(null, id),
                                new DeleteTopicsRequest.Topic(null, unknown))));
        assertEquals(
                List.of(0, 100), answers.stream().map(a -> (int) a.errorCode()).toList());
        assertEquals("t", answers.get(0).name());
        assertNull(answers.get(1).name());
        assertEquals(unknown, answers.get(1).topicId());
    }

    @Test
    void aTopicHasToBeNamedOnceAndInOneWay() {
        house.replica.topic("t", 1);
        Uuid id = house.id("t");
        List<DeleteTopicsResponse.Response> twice = delete(6, names(6, "t", "t"));
        assertEquals(List.of(42), twice.stream().map(a -> (int) a.errorCode()).toList());
        for (DeleteTopicsRequest.Topic bad :
                List.of(new DeleteTopicsRequest.Topic("t", id), new DeleteTopicsRequest.Topic(null, Uuid.ZERO))) {
            assertEquals(
                    42,
                    delete(6, DeleteTopicsRequest.builder().timeoutMs(1000).topics(List.of(bad)))
                            .get(0)
                            .errorCode());
        }
        assertEquals(7, delete(6, names(6, "t").timeoutMs(0)).get(0).errorCode());
        assertTrue(exists("t"));
    }

    @Test
    void whereDeletionIsDisabledItIsRefused() {
        house.close();
        house = new BrokerHouse(directory, Map.of("delete.topic.enable", "false"));
        house.replica.topic("t", 1);
        for (int version = 0; version <= NEWEST_DELETE; version++) {
            assertEquals(
                    version < 3 ? 42 : 73,
                    delete(version, names(version, "t")).get(0).errorCode());
        }
        assertTrue(exists("t"));
    }

    @Test
    void aTopicCreatedAgainHasAnotherIdAndNoSettings() {
        create(NEWEST_CREATE, with("retention.ms", "1000"));
        Uuid first = house.id("t");
        delete(6, names(6, "t"));
        create(NEWEST_CREATE, topic("t", 1, 1));
        assertNotEquals(first, house.id("t"));
        assertEquals(Map.of(), house.replica.cluster.view().config(new ConfigScope.Topic("t")));
    }

    // ---- log directories

    private DescribeLogDirsResponse describe(int version, DescribeLogDirsRequest.Builder request) {
        return house.ask(ApiKey.DESCRIBE_LOG_DIRS, DescribeLogDirsResponse::read, version, request.build());
    }

    @Test
    void logDirectoriesTellTheSizesOfWhatLiesInThem() {
        house.replica.topic("t", 2);
        house.replica.partition("t", 1).append(only(batch("a")));
        for (int version = 0; version <= 5; version++) {
            DescribeLogDirsResponse response =
                    describe(version, DescribeLogDirsRequest.builder().topics(null));
            assertEquals(0, response.errorCode());
            DescribeLogDirsResponse.Result result = response.results().get(0);
            assertEquals(0, result.errorCode());
            assertEquals(directory.toString(), result.logDir());
            Map<Integer, Long> sizes = new java.util.TreeMap<>();
            result.topics().get(0).partitions().forEach(p -> sizes.put(p.partitionIndex(), p.partitionSize()));
            assertEquals(Map.of(0, 0L, 1, (long) batch("a").remaining()), sizes);
            assertEquals(version >= 4, result.totalBytes() > 0);
            assertEquals(version >= 4, result.usableBytes() > 0);
        }
    }

    @Test
    void onlyWhatIsAskedForIsDescribed() {
        house.replica.topic("t", 2);
        house.replica.topic("u", 1);
        DescribeLogDirsResponse response = describe(
                5,
                DescribeLogDirsRequest.builder()
                        .topics(List.of(
                                new DescribeLogDirsRequest.Topic("t", List.of(1, 7)),
                                new DescribeLogDirsRequest.Topic("absent", List.of(0)))));
        List<DescribeLogDirsResponse.Result.Topic> topics =
                response.results().get(0).topics();
        assertEquals(1, topics.size());
        assertEquals("t", topics.get(0).name());
        assertEquals(
                List.of(1),
                topics.get(0).partitions().stream().map(p -> p.partitionIndex()).toList());
    }
}

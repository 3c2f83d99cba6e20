package io.millrace.broker.api.admin;

import static io.millrace.broker.replica.ReplicaHouse.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.cluster.TopicState.Assignment;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.AlterConfigsRequest;
import io.millrace.protocol.message.AlterConfigsResponse;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.DescribeConfigsRequest;
import io.millrace.protocol.message.DescribeConfigsResponse;
import io.millrace.protocol.message.DescribeConfigsResponse.Result;
import io.millrace.protocol.message.IncrementalAlterConfigsRequest;
import io.millrace.protocol.message.IncrementalAlterConfigsRequest.Resource;
import io.millrace.protocol.message.IncrementalAlterConfigsResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DescribeConfigs, AlterConfigs and IncrementalAlterConfigs, over the wire. */
class ConfigHandlersTest {
    private static final int TOPIC = 2;
    private static final int BROKER = 4;
    private static final int SET = 0;
    private static final int DELETE = 1;
    private static final int APPEND = 2;
    private static final int SUBTRACT = 3;

    @TempDir
    private Path directory;

    private BrokerHouse house;

    @BeforeEach
    void open() {
        house = new BrokerHouse(directory, Map.of("log.retention.hours", "3"));
        house.replica.topic("t", 1, Map.of("max.message.bytes", "5000"));
    }

    @AfterEach
    void close() {
        house.close();
    }

    private Map<String, String> settings() {
        return house.replica.cluster.view().config(new ConfigScope.Topic("t"));
    }

    // ---- describe

    private Result describe(int version, int type, String name, List<String> keys, boolean everything) {
        DescribeConfigsRequest request = DescribeConfigsRequest.builder()
                .resources(List.of(new DescribeConfigsRequest.Resource((byte) type, name, keys)))
                .includeSynonyms(everything)
                .includeDocumentation(everything && version >= 3)
                .build();
        List<Result> results = house.ask(ApiKey.DESCRIBE_CONFIGS, DescribeConfigsResponse::read, version, request)
                .results();
        assertEquals(1, results.size());
        return results.get(0);
    }

    private static Result.Config setting(Result result, String name) {
        return result.configs().stream()
                .filter(config -> config.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyVersionTellsValuesAndWhereTheyComeFrom() {
        for (int version = 1; version <= 4; version++) {
            Result result = describe(version, TOPIC, "t", null, true);
            assertEquals(0, result.errorCode());
            Result.Config own = setting(result, "max.message.bytes");
            assertEquals("5000", own.value());
            assertEquals(1, own.configSource());
            assertEquals(
                    List.of("max.message.bytes", "message.max.bytes"),
                    own.synonyms().stream().map(s -> s.name()).toList());
            Result.Config brokers = setting(result, "retention.ms");
            assertEquals("10800000", brokers.value());
            assertEquals(4, brokers.configSource());
            Result.Config builtIn = setting(result, "segment.bytes");
            assertEquals("1073741824", builtIn.value());
            assertEquals(5, builtIn.configSource());
            assertFalse(builtIn.readOnly());
            if (version >= 3) {
                assertEquals(3, builtIn.configType());
                assertFalse(builtIn.documentation().isEmpty());
            }
            Result brief = describe(version, TOPIC, "t", List.of("segment.bytes"), false);
            assertEquals(1, brief.configs().size());
            assertEquals(List.of(), brief.configs().get(0).synonyms());
            if (version >= 3) {
                assertNull(brief.configs().get(0).documentation());
            }
        }
    }

    @Test
    void howManyReplicasMustBeInSyncDependsOnTheCopies() {
        house.replica.cluster.tamper(edit -> edit.putTopic(
                TopicState.withoutStates("three", Uuid.random(), Assignment.of(List.of(List.of(1, 2, 3))), 0)));
        house.replica.cluster.when(view -> view.topic("three").isPresent()).join();
        for (var expected : Map.of("t", "1", "three", "2").entrySet()) {
            Result.Config min = setting(describe(4, TOPIC, expected.getKey(), null, true), "min.insync.replicas");
            assertEquals(expected.getValue(), min.value());
            assertEquals(5, min.configSource());
        }
    }

    @Test
    void topicsShowWhatWasSetForBrokersWhileTheyRun() {
        String name = "unclean.leader.election.enable";
        assertEquals(5, setting(describe(4, TOPIC, "t", null, true), name).configSource());
        assertEquals(0, change(1, BROKER, "", false, config(name, SET, "true")));
        Result.Config ofAll = setting(describe(4, TOPIC, "t", null, true), name);
        assertEquals("true", ofAll.value());
        assertEquals(3, ofAll.configSource());
        assertEquals(0, change(1, BROKER, "1", false, config(name, SET, "false")));
        assertEquals(0, change(1, TOPIC, "t", false, config(name, SET, "true")));
        Result.Config own = setting(describe(4, TOPIC, "t", null, true), name);
        assertEquals("true", own.value());
        assertEquals(
                List.of(1, 2, 3, 5),
                own.synonyms().stream().map(each -> (int) each.source()).toList());
    }

    @Test
    void version0TellsOnlyWhetherAValueIsTheDefault() {
        Result result = describe(0, TOPIC, "t", null, false);
        assertEquals(0, result.errorCode());
        assertEquals("5000", setting(result, "max.message.bytes").value());
        assertFalse(setting(result, "max.message.bytes").isDefault());
        assertFalse(setting(result, "retention.ms").isDefault());
        assertTrue(setting(result, "segment.bytes").isDefault());
    }

    @Test
    void noKeysMeanAllKeysAndUnknownOnesNothing() {
        int all = describe(4, TOPIC, "t", null, false).configs().size();
        assertTrue(all > 10);
        assertEquals(all, describe(4, TOPIC, "t", List.of(), false).configs().size());
        assertEquals(
                0,
                describe(4, TOPIC, "t", List.of("no.such.key"), false).configs().size());
    }

    @Test
    void aBrokerTellsItsOwnSettingsOnly() {
        Result own = describe(4, BROKER, "1", null, true);
        assertEquals(0, own.errorCode());
        Result.Config hours = setting(own, "log.retention.hours");
        assertEquals("3", hours.value());
        assertEquals(4, hours.configSource());
        assertTrue(hours.readOnly());
        assertEquals(0, describe(4, BROKER, "", null, false).configs().size());
        assertEquals(0, describe(4, BROKER, "", null, false).errorCode());
        assertEquals(42, describe(4, BROKER, "2", null, false).errorCode());
        assertEquals(42, describe(4, BROKER, "one", null, false).errorCode());
    }

    @Test
    void whatIsNotThereCannotBeDescribed() {
        for (int version = 0; version <= 4; version++) {
            assertEquals(3, describe(version, TOPIC, "absent", null, false).errorCode());
            assertEquals(42, describe(version, 77, "t", null, false).errorCode());
        }
    }

    // ---- alter one by one

    private static Resource.Config config(String name, int operation, String value) {
        return new Resource.Config(name, (byte) operation, value);
    }

    private int change(int version, int type, String name, boolean dry, Resource.Config... configs) {
        IncrementalAlterConfigsRequest request = IncrementalAlterConfigsRequest.builder()
                .resources(List.of(new Resource((byte) type, name, List.of(configs))))
                .validateOnly(dry)
                .build();
        List<IncrementalAlterConfigsResponse.Response> responses = house.ask(
                        ApiKey.INCREMENTAL_ALTER_CONFIGS, IncrementalAlterConfigsResponse::read, version, request)
                .responses();
        assertEquals(1, responses.size());
        assertEquals(type, responses.get(0).resourceType());
        assertEquals(name, responses.get(0).resourceName());
        return responses.get(0).errorCode();
    }

    private int change(Resource.Config... configs) {
        return change(1, TOPIC, "t", false, configs);
    }

    @Test
    void settingsAreSetAndDeletedOneByOne() {
        assertEquals(0, change(0, TOPIC, "t", false, config("retention.ms", SET, "1000")));
        assertEquals(Map.of("max.message.bytes", "5000", "retention.ms", "1000"), settings());
        assertEquals(0, change(1, TOPIC, "t", false, config("max.message.bytes", DELETE, null)));
        assertEquals(Map.of("retention.ms", "1000"), settings());
        assertEquals(0, change(config("segment.ms", DELETE, null)), "deleting what is not set does nothing");
        house.replica.caughtUp();
        assertEquals(1000, house.replica.partition("t", 0).config().retentionMs());
    }

    @Test
    void someSettingsOfBrokersChangeWhileTheyRun() {
        assertEquals(0, change(1, BROKER, "1", false, config("broker.cordoned", SET, "true")));
        assertEquals(0, change(1, BROKER, "", false, config("auto.leader.rebalance.enable", SET, "false")));
        assertTrue(house.replica.cluster.view().isCordoned(1));
        Result own = describe(4, BROKER, "1", null, true);
        assertEquals(2, setting(own, "broker.cordoned").configSource());
        assertFalse(setting(own, "broker.cordoned").readOnly());
        assertEquals("false", setting(own, "auto.leader.rebalance.enable").value());
        assertEquals(3, setting(own, "auto.leader.rebalance.enable").configSource());
        assertEquals(1, describe(4, BROKER, "", null, true).configs().size());
        assertEquals(42, change(1, BROKER, "", false, config("broker.cordoned", SET, "true")));
        assertEquals(42, change(1, BROKER, "2", false, config("broker.cordoned", SET, "true")));
        assertEquals(40, change(1, BROKER, "1", false, config("no.such.key", SET, "true")));
        assertEquals(40, change(1, BROKER, "1", false, config("broker.cordoned", SET, "perhaps")));
        assertEquals(40, change(1, BROKER, "1", false, config("broker.cordoned", APPEND, "true")));
        assertEquals(0, change(1, BROKER, "1", false, config("broker.cordoned", DELETE, null)));
        assertFalse(house.replica.cluster.view().isCordoned(1));
    }

    @Test
    void listsAreChangedByTheirMembers() {
        assertEquals(0, change(config("cleanup.policy", APPEND, "delete")));
        assertEquals("delete", settings().get("cleanup.policy"));
        assertEquals(0, change(config("cleanup.policy", APPEND, "compact")));
        assertEquals("delete,compact", settings().get("cleanup.policy"));
        assertEquals(0, change(config("cleanup.policy", SUBTRACT, "compact")));
        assertEquals("delete", settings().get("cleanup.policy"));
        assertEquals(40, change(config("retention.ms", APPEND, "1")));
        assertEquals(40, change(config("retention.ms", SUBTRACT, "1")));
    }

    @Test
    void replicationQuotasAreSetWithTopicsAndBrokers() {
        String leaders = "leader.replication.throttled.replicas";
        String followers = "follower.replication.throttled.replicas";
        assertEquals(0, change(config(leaders, SET, "*"), config(followers, SET, "0:1")));
        assertEquals(0, change(config(followers, APPEND, "3:2"), config(leaders, SET, "")));
        Result shown = describe(4, TOPIC, "t", null, true);
        assertEquals("0:1,3:2", setting(shown, followers).value());
        assertEquals("", setting(shown, leaders).value());
        assertEquals(7, setting(shown, leaders).configType());
        for (String wrong : List.of("0", "0:", "a:b", "*,0:1", "0:1;1:1")) {
            assertEquals(40, change(config(leaders, SET, wrong)), wrong);
        }
        assertEquals(0, change(config(leaders, DELETE, null), config(followers, DELETE, null)));
        for (String rate : List.of("leader.replication.throttled.rate", "follower.replication.throttled.rate")) {
            assertEquals(0, change(1, BROKER, "1", false, config(rate, SET, "1000")));
            assertEquals(0, change(1, BROKER, "", false, config(rate, SET, "2000")));
            Result.Config own = setting(describe(4, BROKER, "1", null, true), rate);
            assertEquals("1000", own.value());
            assertEquals(2, own.configSource());
            assertEquals(40, change(1, BROKER, "1", false, config(rate, SET, "-1")));
            assertEquals(40, change(1, BROKER, "1", false, config(rate, SET, "fast")));
        }
    }

    @Test
    void aChangeThatCannotBeLeavesAllAsItWas() {
        Map<String, String> before = settings();
        assertEquals(42, change(config("retention.ms", SET, "1"), config("retention.ms", SET, "2")));
        assertEquals(42, change(config("retention.ms", SET, null)));
        assertEquals(42, change(config("retention.ms", 9, "1")));
        assertEquals(40, change(config("retention.ms", SET, "1"), config("no.such.key", SET, "1")));
        assertEquals(40, change(config("no.such.key", DELETE, null)));
        assertEquals(40, change(config("no.such.key", APPEND, "1")));
        assertEquals(40, change(config("retention.ms", SET, "soon")));
        assertEquals(40, change(config("remote.storage.enable", SET, "true")), "it does not act in this version");
        assertEquals(3, change(1, TOPIC, "absent", false, config("retention.ms", SET, "1")));
        assertEquals(42, change(1, BROKER, "1", false, config("log.retention.ms", SET, "1")));
        assertEquals(42, change(1, BROKER, "2", false, config("log.retention.ms", SET, "1")));
        assertEquals(42, change(1, 77, "t", false, config("retention.ms", SET, "1")));
        assertEquals(before, settings());
    }

    @Test
    void aDryRunFindsWhatIsWrongAndChangesNothing() {
        Map<String, String> before = settings();
        assertEquals(0, change(1, TOPIC, "t", true, config("retention.ms", SET, "1")));
        assertEquals(40, change(1, TOPIC, "t", true, config("retention.ms", SET, "soon")));
        assertEquals(3, change(1, TOPIC, "absent", true, config("retention.ms", SET, "1")));
        house.replica.caughtUp();
        assertEquals(before, settings());
    }

    @Test
    void whatAnotherVersionHasSetCanBeDeleted() {
        house.replica.cluster.tamper(edit ->
                edit.putConfig(new ConfigScope.Topic("t"), Map.of("flush.messages", "7", "from.the.future", "x")));
        await(house.replica.cluster.when(view -> true));
        assertEquals(0, change(config("flush.messages", DELETE, null), config("from.the.future", DELETE, null)));
        assertEquals(Map.of(), settings());
    }

    // ---- alter as a whole

    private int replace(int version, String name, boolean dry, Map<String, String> settings) {
        AlterConfigsRequest request = AlterConfigsRequest.builder()
                .resources(List.of(new AlterConfigsRequest.Resource(
                        (byte) TOPIC,
                        name,
                        settings.entrySet().stream()
                                .map(entry -> new AlterConfigsRequest.Resource.Config(entry.getKey(), entry.getValue()))
                                .toList())))
                .validateOnly(dry)
                .build();
        return house.ask(ApiKey.ALTER_CONFIGS, AlterConfigsResponse::read, version, request)
                .responses()
                .get(0)
                .errorCode();
    }

    @Test
    void aResourceThatIsNamedTwiceIsNotChangedAtAll() {
        house.replica.topic("u", 1, Map.of());
        Map<String, String> before = settings();
        AlterConfigsRequest whole = AlterConfigsRequest.builder()
                .resources(List.of("t", "u", "t").stream()
                        .map(name -> new AlterConfigsRequest.Resource(
                                (byte) TOPIC,
                                name,
                                List.of(new AlterConfigsRequest.Resource.Config("retention.ms", "1000"))))
                        .toList())
                .build();
        assertEquals(
                List.of(42, 0, 42),
                house.ask(ApiKey.ALTER_CONFIGS, AlterConfigsResponse::read, 2, whole).responses().stream()
                        .map(answer -> (int) answer.errorCode())
                        .toList());
        IncrementalAlterConfigsRequest single = IncrementalAlterConfigsRequest.builder()
                .resources(List.of("t", "u", "t").stream()
                        .map(name -> new Resource((byte) TOPIC, name, List.of(config("segment.ms", SET, "2000"))))
                        .toList())
                .build();
        assertEquals(
                List.of(42, 0, 42),
                house
                        .ask(ApiKey.INCREMENTAL_ALTER_CONFIGS, IncrementalAlterConfigsResponse::read, 1, single)
                        .responses()
                        .stream()
                        .map(answer -> (int) answer.errorCode())
                        .toList());
        assertEquals(before, settings());
        assertEquals(
                Map.of("retention.ms", "1000", "segment.ms", "2000"),
                house.replica.cluster.view().config(new ConfigScope.Topic("u")));
    }

    @Test
    void alterConfigsReplacesTheWholeSet() {
        for (int version = 0; version <= 2; version++) {
            assertEquals(0, replace(version, "t", false, Map.of("retention.ms", "100" + version)));
            assertEquals(Map.of("retention.ms", "100" + version), settings());
        }
        assertEquals(0, replace(2, "t", true, Map.of()));
        assertEquals(40, replace(2, "t", false, Map.of("retention.ms", "soon")));
        assertEquals(40, replace(2, "t", false, Map.of("no.such.key", "1")));
        assertEquals(3, replace(2, "absent", false, Map.of()));
        assertEquals(Map.of("retention.ms", "1002"), settings());
        assertEquals(0, replace(2, "t", false, Map.of()));
        assertEquals(Map.of(), settings());
    }

    @Test
    void everySettingOfATopicCanBeSetToWhatItIs() {
        Set<String> names = describe(4, TOPIC, "t", null, false).configs().stream()
                .map(Result.Config::name)
                .collect(Collectors.toSet());
        for (Result.Config config : describe(4, TOPIC, "t", null, false).configs()) {
            assertEquals(0, change(config(config.name(), SET, config.value())), config.name());
        }
        assertEquals(names, settings().keySet());
        assertNotEquals(0, names.size());
    }
}

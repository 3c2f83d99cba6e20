package io.millrace.broker.api.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.quota.QuotaEntity;
import io.millrace.broker.quota.QuotaEntity.Name;
import io.millrace.broker.quota.QuotaType;
import io.millrace.broker.replica.ReplicaHouse;
import io.millrace.protocol.message.AlterClientQuotasRequest;
import io.millrace.protocol.message.AlterClientQuotasRequest.Entry;
import io.millrace.protocol.message.AlterClientQuotasRequest.Entry.Op;
import io.millrace.protocol.message.AlterClientQuotasResponse;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.DescribeClientQuotasRequest;
import io.millrace.protocol.message.DescribeClientQuotasRequest.Component;
import io.millrace.protocol.message.DescribeClientQuotasResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DescribeClientQuotas and AlterClientQuotas, over the wire. */
class QuotaHandlersTest {
    private static final int EXACT = 0;
    private static final int DEFAULT = 1;
    private static final int ANY = 2;

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

    /** Types and names in turn; the name "*" stands for the default. */
    private static List<Entry.Entity> entity(String... parts) {
        List<Entry.Entity> entity = new ArrayList<>();
        for (int i = 0; i < parts.length; i += 2) {
            entity.add(new Entry.Entity(parts[i], parts[i + 1].equals("*") ? null : parts[i + 1]));
        }
        return entity;
    }

    private static Op set(String key, double value) {
        return new Op(key, value, false);
    }

    private static Op remove(String key) {
        return new Op(key, 0, true);
    }

    private List<AlterClientQuotasResponse.Entry> alter(int version, boolean dry, Entry... entries) {
        AlterClientQuotasRequest request = AlterClientQuotasRequest.builder()
                .entries(List.of(entries))
                .validateOnly(dry)
                .build();
        return house.ask(ApiKey.ALTER_CLIENT_QUOTAS, AlterClientQuotasResponse::read, version, request)
                .entries();
    }

    private int alter(List<Entry.Entity> entity, Op... ops) {
        AlterClientQuotasResponse.Entry answer =
                alter(1, false, new Entry(entity, List.of(ops))).get(0);
        assertEquals(answer.errorCode() == 0, answer.errorMessage() == null);
        return answer.errorCode();
    }

    private DescribeClientQuotasResponse ask(int version, boolean strict, Component... components) {
        DescribeClientQuotasRequest request = DescribeClientQuotasRequest.builder()
                .components(List.of(components))
                .strict(strict)
                .build();
        return house.ask(ApiKey.DESCRIBE_CLIENT_QUOTAS, DescribeClientQuotasResponse::read, version, request);
    }

    /** What is described: values by the names of the entity, user first, the default being "*". */
    private Map<List<String>, Map<String, Double>> describe(boolean strict, Component... components) {
        DescribeClientQuotasResponse response = ask(1, strict, components);
        assertEquals(0, response.errorCode());
        Map<List<String>, Map<String, Double>> described = new HashMap<>();
        for (DescribeClientQuotasResponse.Entry entry : response.entries()) {
            List<String> names = entry.entity().stream()
                    .map(part -> part.entityType() + "=" + (part.entityName() == null ? "*" : part.entityName()))
                    .toList();
            described.put(names, entry.values().stream().collect(Collectors.toMap(v -> v.key(), v -> v.value())));
        }
        return described;
    }

    private static Component component(String type, int match, String nameOrNull) {
        return new Component(type, (byte) match, nameOrNull);
    }

    @Test
    void atEveryVersionWhatIsSetIsTold() {
        for (int version = 0; version <= 1; version++) {
            String client = "c" + version;
            AlterClientQuotasResponse.Entry answer = alter(
                            version,
                            false,
                            new Entry(
                                    entity("client-id", client),
                                    List.of(set("producer_byte_rate", 1024), set("request_percentage", 12.5))))
                    .get(0);
            assertEquals(0, answer.errorCode());
            assertNull(answer.errorMessage());
            assertEquals(client, answer.entity().get(0).entityName());
            DescribeClientQuotasResponse told = ask(version, true, component("client-id", EXACT, client));
            assertEquals(1, told.entries().size());
            assertEquals(2, told.entries().get(0).values().size());
            assertEquals(
                    Map.of("producer_byte_rate", "1024", "request_percentage", "12.5"),
                    house.replica.cluster.view().config(scope(client)));
        }
    }

    private static ConfigScope scope(String client) {
        return new ConfigScope.Client(QuotaEntity.clientId(Name.of(client)));
    }

    @Test
    void quotasAreSetAndRemovedOneByOneBesideOtherSettings() {
        ReplicaHouse.await(house.replica.cluster.changeConfig(scope("c"), before -> Map.of("SCRAM-SHA-256", "s")));
        assertEquals(0, alter(entity("client-id", "c"), set("producer_byte_rate", 1), set("consumer_byte_rate", 2)));
        assertEquals(0, alter(entity("client-id", "c"), remove("producer_byte_rate"), remove("request_percentage")));
        assertEquals(
                Map.of("SCRAM-SHA-256", "s", "consumer_byte_rate", "2"),
                house.replica.cluster.view().config(scope("c")));
        assertEquals(Map.of(List.of("client-id=c"), Map.of("consumer_byte_rate", 2.0)), describe(false));
        assertEquals(0, alter(entity("client-id", "c"), remove("consumer_byte_rate")));
        assertEquals(Map.of(), describe(false));
    }

    @Test
    void aDryRunChecksAndChangesNothing() {
        List<AlterClientQuotasResponse.Entry> answers = alter(
                1,
                true,
                new Entry(entity("user", "u"), List.of(set("producer_byte_rate", 1))),
                new Entry(entity("user", "v"), List.of(set("producer_byte_rate", -1))));
        assertEquals(
                List.of(0, 42), answers.stream().map(a -> (int) a.errorCode()).toList());
        assertEquals(Map.of(), describe(false));
    }

    @Test
    void eachEntityIsChangedForItself() {
        List<AlterClientQuotasResponse.Entry> answers = alter(
                1,
                false,
                new Entry(entity("user", "u"), List.of(set("producer_byte_rate", 1))),
                new Entry(entity("user", "v"), List.of(set("no_such_quota", 1))),
                new Entry(entity("user", "w", "client-id", "c"), List.of(set("producer_byte_rate", 1))),
                new Entry(entity("client-id", "c", "user", "w"), List.of(set("producer_byte_rate", 2))));
        assertEquals(
                List.of(0, 42, 42, 42),
                answers.stream().map(a -> (int) a.errorCode()).toList());
        assertTrue(answers.get(1).errorMessage().contains("no_such_quota"));
        assertTrue(answers.get(2).errorMessage().contains("twice"));
        assertEquals(Set.of(List.of("user=u")), describe(false).keySet());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 1.5, Double.NaN, Double.POSITIVE_INFINITY, 1e19})
    void aByteRateIsAWholeNumberAboveNothing(double value) {
        assertEquals(42, alter(entity("user", "u"), set("producer_byte_rate", value)));
        assertEquals(42, alter(entity("user", "u"), set("consumer_byte_rate", value)));
        assertEquals(Map.of(), describe(false));
    }

    @Test
    void whatIsNotKeptOrMakesNoSenseIsRefused() {
        assertEquals(42, alter(entity("user", "u"), set("controller_mutation_rate", 1)));
        assertEquals(42, alter(entity("ip", "127.0.0.1"), set("connection_creation_rate", 1)));
        assertEquals(42, alter(entity("user", "u"), set("producer_byte_rate", 1), remove("producer_byte_rate")));
        assertEquals(42, alter(entity(), set("producer_byte_rate", 1)));
        assertEquals(42, alter(entity("user", "u", "user", "v"), set("producer_byte_rate", 1)));
        assertEquals(42, alter(entity("group", "g"), set("producer_byte_rate", 1)));
        for (String name : List.of("", ".", "..", "x".repeat(1001))) {
            assertEquals(42, alter(entity("client-id", name), set("producer_byte_rate", 1)));
        }
        assertEquals(Map.of(), describe(false));
    }

    @Test
    void filtersLetThroughWhatFits() {
        alter(entity("user", "u"), set("producer_byte_rate", 1));
        alter(entity("user", "*"), set("producer_byte_rate", 2));
        alter(entity("user", "u", "client-id", "c"), set("producer_byte_rate", 3));
        alter(entity("user", "u", "client-id", "*"), set("producer_byte_rate", 4));
        alter(entity("client-id", "c"), set("producer_byte_rate", 5));
        assertEquals(5, describe(false).size());
        assertEquals(0, describe(true).size());
        assertEquals(Set.of(1.0, 3.0, 4.0), values(false, component("user", EXACT, "u")));
        assertEquals(Set.of(1.0), values(true, component("user", EXACT, "u")));
        assertEquals(Set.of(2.0), values(false, component("user", DEFAULT, null)));
        assertEquals(Set.of(1.0, 2.0), values(true, component("user", ANY, null)));
        assertEquals(Set.of(3.0, 4.0), values(true, component("user", ANY, null), component("client-id", ANY, null)));
        assertEquals(Set.of(4.0), values(true, component("user", EXACT, "u"), component("client-id", DEFAULT, null)));
        assertEquals(Set.of(5.0), values(true, component("client-id", EXACT, "c")));
        assertEquals(Set.of(), values(false, component("ip", ANY, null)));
        assertEquals(Set.of(), values(false, component("user", EXACT, "nobody")));
    }

    private Set<Double> values(boolean strict, Component... components) {
        return describe(strict, components).values().stream()
                .flatMap(values -> values.values().stream())
                .collect(Collectors.toSet());
    }

    @Test
    void aFilterThatMakesNoSenseIsRefused() {
        for (Component[] bad : new Component[][] {
            {component("group", ANY, null)},
            {component("", ANY, null)},
            {component("user", EXACT, null)},
            {component("user", DEFAULT, "u")},
            {component("user", ANY, "u")},
            {component("user", 3, null)},
            {component("user", ANY, null), component("user", ANY, null)},
            {component("ip", ANY, null), component("user", ANY, null)},
        }) {
            for (int version = 0; version <= 1; version++) {
                DescribeClientQuotasResponse refused = ask(version, false, bad);
                assertEquals(42, refused.errorCode());
                assertNotNull(refused.errorMessage());
                assertNull(refused.entries());
            }
        }
    }

    @Test
    void whatOthersStoredBadlyIsLeftOut() {
        ReplicaHouse.await(house.replica.cluster.changeConfig(
                scope("c"), before -> Map.of("producer_byte_rate", "lots", "consumer_byte_rate", "7.0")));
        assertEquals(Map.of(List.of("client-id=c"), Map.of("consumer_byte_rate", 7.0)), describe(false));
        assertFalse(house.quotas.limits(QuotaType.PRODUCER_BYTE_RATE));
        assertTrue(house.quotas.limits(QuotaType.CONSUMER_BYTE_RATE));
    }
}

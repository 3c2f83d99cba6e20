package io.millrace.broker.quota;

import static io.millrace.broker.quota.QuotaType.PRODUCER_BYTE_RATE;
import static io.millrace.broker.quota.QuotaType.REQUEST_PERCENTAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.quota.QuotaEntity.Name;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuotaTableTest {
    private static final Name ALICE = Name.of("alice");
    private static final Name APP = Name.of("app");
    private static final QuotaEntity BOTH = new QuotaEntity(ALICE, APP);

    /** An entity that fits alice's client app, and who shares what is set for it. */
    private record Step(QuotaEntity entity, QuotaEntity sharer) {}

    /** From the closest fit to the loosest. */
    private static final List<Step> ORDER = List.of(
            new Step(BOTH, BOTH),
            new Step(new QuotaEntity(ALICE, Name.DEFAULT), BOTH),
            new Step(QuotaEntity.user(ALICE), QuotaEntity.user(ALICE)),
            new Step(new QuotaEntity(Name.DEFAULT, APP), BOTH),
            new Step(new QuotaEntity(Name.DEFAULT, Name.DEFAULT), BOTH),
            new Step(QuotaEntity.user(Name.DEFAULT), QuotaEntity.user(ALICE)),
            new Step(QuotaEntity.clientId(APP), QuotaEntity.clientId(APP)),
            new Step(QuotaEntity.clientId(Name.DEFAULT), QuotaEntity.clientId(APP)));

    @Test
    void ofAllThatFitTheClosestCounts() {
        Map<QuotaEntity, Map<QuotaType, Double>> quotas = new HashMap<>();
        for (int i = 0; i < ORDER.size(); i++) {
            quotas.put(ORDER.get(i).entity(), Map.of(PRODUCER_BYTE_RATE, i + 1.0));
        }
        for (int i = 0; i < ORDER.size(); i++) {
            assertEquals(
                    Optional.of(new QuotaTable.Limit(ORDER.get(i).sharer(), i + 1.0)),
                    new QuotaTable(quotas).find(PRODUCER_BYTE_RATE, "alice", "app"));
            quotas.remove(ORDER.get(i).entity());
        }
        assertEquals(Optional.empty(), new QuotaTable(quotas).find(PRODUCER_BYTE_RATE, "alice", "app"));
    }

    @Test
    void theQuotaOfOthersDoesNotCount() {
        QuotaTable table = new QuotaTable(Map.of(
                QuotaEntity.user(Name.of("bob")),
                Map.of(PRODUCER_BYTE_RATE, 1.0),
                QuotaEntity.clientId(Name.of("other")),
                Map.of(PRODUCER_BYTE_RATE, 1.0),
                new QuotaEntity(ALICE, Name.of("other")),
                Map.of(PRODUCER_BYTE_RATE, 1.0)));
        assertEquals(Optional.empty(), table.find(PRODUCER_BYTE_RATE, "alice", "app"));
    }

    @Test
    void eachTypeIsResolvedForItself() {
        QuotaTable table = new QuotaTable(Map.of(
                BOTH, Map.of(REQUEST_PERCENTAGE, 50.0), QuotaEntity.clientId(APP), Map.of(PRODUCER_BYTE_RATE, 7.0)));
        assertEquals(
                7.0,
                table.find(PRODUCER_BYTE_RATE, "alice", "app").orElseThrow().value());
        assertEquals(
                50.0,
                table.find(REQUEST_PERCENTAGE, "alice", "app").orElseThrow().value());
        assertTrue(table.limits(REQUEST_PERCENTAGE));
        assertFalse(table.limits(QuotaType.CONSUMER_BYTE_RATE));
    }

    @Test
    void aQuotaIsForSomebody() {
        assertThrows(IllegalArgumentException.class, () -> new QuotaEntity(Name.NONE, Name.NONE));
    }
}

package io.millrace.broker.quota;

import static io.millrace.broker.quota.QuotaType.CONSUMER_BYTE_RATE;
import static io.millrace.broker.quota.QuotaType.PRODUCER_BYTE_RATE;
import static io.millrace.broker.quota.QuotaType.REQUEST_PERCENTAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.quota.QuotaEntity.Name;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuotasTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int MB = 1_000_000;
    private static final QuotaEntity EVERY_CLIENT = QuotaEntity.clientId(Name.DEFAULT);

    private long now = 500 * SECOND;
    private final Quotas quotas = quotas(1000);

    private Quotas quotas(int maxClients) {
        return new Quotas(new QuotaConfig(11, 1), () -> now, maxClients);
    }

    private void set(QuotaEntity entity, QuotaType type, double value) {
        quotas.replace(new QuotaTable(Map.of(entity, Map.of(type, value))));
    }

    private int produce(String client, long bytes) {
        return quotas.charge(PRODUCER_BYTE_RATE, "u", client, bytes);
    }

    @Test
    void whereThereAreNoQuotasNobodyWaits() {
        assertFalse(quotas.limits(PRODUCER_BYTE_RATE));
        assertEquals(0, produce("a", Long.MAX_VALUE));
        assertEquals(Map.of(), quotas.rates(PRODUCER_BYTE_RATE));
    }

    @Test
    void whoKeepsWaitingAsToldKeepsTheRate() {
        set(EVERY_CLIENT, PRODUCER_BYTE_RATE, MB);
        long start = now;
        long sent = 0;
        while (now < start + 600 * SECOND) {
            sent += 300_000;
            now += produce("a", 300_000) * 1_000_000L + 1_000;
        }
        double rate = (double) sent * SECOND / (now - start);
        assertEquals(MB, rate, 0.02 * MB); // the first ten seconds' worth came at once
    }

    @Test
    void clientsOfOneUserShareHisQuotaAndThoseOfAnIdHaveTheirOwn() {
        set(QuotaEntity.user(Name.of("u")), PRODUCER_BYTE_RATE, MB);
        assertEquals(0, produce("a", 10 * MB));
        assertEquals(1000, produce("b", MB));
        set(EVERY_CLIENT, PRODUCER_BYTE_RATE, MB);
        assertEquals(0, produce("a", 10 * MB));
        assertEquals(0, produce("b", 10 * MB));
    }

    @Test
    void aChangedQuotaCountsAtOnceForWhatWasDoneBefore() {
        set(EVERY_CLIENT, PRODUCER_BYTE_RATE, 10 * MB);
        assertEquals(0, produce("a", 20 * MB));
        set(EVERY_CLIENT, PRODUCER_BYTE_RATE, MB);
        assertEquals(10_000, produce("a", 0));
        quotas.replace(QuotaTable.EMPTY);
        assertEquals(0, produce("a", 100 * MB));
    }

    @Test
    void whatDoesNotFitIsNotCounted() {
        set(EVERY_CLIENT, CONSUMER_BYTE_RATE, MB);
        assertEquals(10 * MB, quotas.burst(CONSUMER_BYTE_RATE, "u", "a"));
        assertEquals(0, quotas.chargeIfWithin(CONSUMER_BYTE_RATE, "u", "a", 10 * MB));
        assertEquals(1000, quotas.chargeIfWithin(CONSUMER_BYTE_RATE, "u", "a", MB));
        assertEquals(1000, quotas.chargeIfWithin(CONSUMER_BYTE_RATE, "u", "a", MB));
        now += SECOND;
        assertEquals(0, quotas.chargeIfWithin(CONSUMER_BYTE_RATE, "u", "b", MB));
        assertEquals(1000, quotas.chargeIfWithin(CONSUMER_BYTE_RATE, "u", "a", MB), "ten whole windows count, not 11");
        now += SECOND - 1;
        assertEquals(1, quotas.chargeIfWithin(CONSUMER_BYTE_RATE, "u", "a", MB));
    }

    @Test
    void whatIsLargerThanAllWindowsTogetherIsGivenAfterASilence() {
        set(EVERY_CLIENT, CONSUMER_BYTE_RATE, 10);
        assertEquals(0, quotas.chargeIfWithin(CONSUMER_BYTE_RATE, "u", "a", MB));
        assertTrue(quotas.chargeIfWithin(CONSUMER_BYTE_RATE, "u", "a", 1) > 0);
        now += 11 * SECOND;
        assertEquals(0, quotas.chargeIfWithin(CONSUMER_BYTE_RATE, "u", "a", MB));
    }

    @Test
    void aPercentIsAHundredthOfAThreadAndTheWaitASecondAtMost() {
        set(EVERY_CLIENT, REQUEST_PERCENTAGE, 5);
        assertEquals(0, quotas.charge(REQUEST_PERCENTAGE, "u", "a", SECOND / 2)); // 5 % of ten seconds
        assertEquals(200, quotas.charge(REQUEST_PERCENTAGE, "u", "a", SECOND / 100));
        assertEquals(1000, quotas.charge(REQUEST_PERCENTAGE, "u", "a", 100 * SECOND));
    }

    @Test
    void ratesAreToldInTheUnitOfTheQuota() {
        set(QuotaEntity.clientId(Name.of("a")), REQUEST_PERCENTAGE, 5);
        quotas.charge(REQUEST_PERCENTAGE, "u", "a", SECOND);
        assertEquals(10.0, quotas.rates(REQUEST_PERCENTAGE).values().iterator().next(), 1e-9);
    }

    @Test
    void inventedIdsDoNotGrowWithoutBound() {
        Quotas small = quotas(100);
        small.replace(new QuotaTable(Map.of(EVERY_CLIENT, Map.of(PRODUCER_BYTE_RATE, (double) MB))));
        Random random = new Random(1);
        for (int i = 0; i < 5000; i++) {
            small.charge(PRODUCER_BYTE_RATE, "u", "invented-" + random.nextLong(), 10_000);
        }
        assertEquals(100, small.rates(PRODUCER_BYTE_RATE).size());
        assertTrue(small.charge(PRODUCER_BYTE_RATE, "u", "one more", 1) > 0, "ids past the bound share one window");
    }

    @Test
    void atTheBoundThoseThatWereSilentGo() {
        Quotas small = quotas(2);
        small.replace(new QuotaTable(Map.of(EVERY_CLIENT, Map.of(PRODUCER_BYTE_RATE, (double) MB))));
        small.charge(PRODUCER_BYTE_RATE, "u", "a", 9 * MB);
        small.charge(PRODUCER_BYTE_RATE, "u", "b", 9 * MB);
        now += 5 * SECOND;
        small.charge(PRODUCER_BYTE_RATE, "u", "a", 2 * MB);
        now += 6 * SECOND;
        assertEquals(0, small.charge(PRODUCER_BYTE_RATE, "u", "c", 2 * MB)); // in the place of b
        assertEquals(2, small.rates(PRODUCER_BYTE_RATE).size());
        assertEquals(0, small.charge(PRODUCER_BYTE_RATE, "u", "a", 8 * MB));
        assertTrue(small.charge(PRODUCER_BYTE_RATE, "u", "a", MB) > 0, "what a did is not forgotten");
    }

    @Test
    void hugeIdsAreNotKept() {
        set(EVERY_CLIENT, PRODUCER_BYTE_RATE, MB);
        produce("x".repeat(30_000), 10 * MB);
        assertEquals(0, quotas.rates(PRODUCER_BYTE_RATE).size());
        assertEquals(1000, produce("y".repeat(30_000), MB), "they share one window");
    }
}

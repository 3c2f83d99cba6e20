package io.millrace.broker.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is looked at once, when all is well again: that nothing is missing, nothing there twice, and all in order. */
final class FinalCheck {
    private final Simulation world;

    FinalCheck(Simulation world) {
        this.world = world;
    }

    void check() {
        for (SimProducer producer : world.producers()) {
            List<StoredBatch> stored = world.ledger().committed(producer.id());
            Map<Long, Integer> byBase = new HashMap<>();
            stored.forEach(batch -> byBase.put(batch.base(), batch.crc()));
            boolean isPromised = producer.acks() == -1 || world.faults().equals(Faults.GENTLE);
            for (SimProducer.Sent sent : producer.acknowledged()) {
                Integer found = byBase.get(sent.base);
                boolean there = found != null && found == sent.crc;
                if (isPromised && !there && !world.ledger().isForgotten(producer.id(), sent.base, sent.crc)) {
                    throw new Violation(
                            "%s: batch %s of %s was acknowledged at %s and is gone",
                            producer.id(), sent.number, producer, sent.base);
                }
            }
            checkSequences(producer, stored);
        }
    }

    /** Of each idempotent producer every batch once, in its order, without a gap. */
    private static void checkSequences(SimProducer producer, List<StoredBatch> stored) {
        Map<Long, Integer> next = new HashMap<>();
        Set<Long> begun = new HashSet<>();
        for (StoredBatch batch : stored) {
            if (batch.producer() < 0) {
                continue;
            }
            int expected = next.getOrDefault(batch.producer(), begun.add(batch.producer()) ? batch.sequence() : -1);
            if (batch.sequence() != expected) {
                throw new Violation("%s: %s where sequence %s was to come", producer.id(), batch, expected);
            }
            next.put(batch.producer(), batch.sequence() + (int) (batch.last() - batch.base()) + 1);
        }
    }
}

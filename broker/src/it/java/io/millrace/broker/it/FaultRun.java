package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.Consumer;

/** One fault, or a few, under a numbered load: prints what became of the records, and fails if any of it is wrong. */
final class FaultRun {
    private static final int BEFORE = 300; // records, more than a second of them

    private FaultRun() {}

    static NumberedVerdict under(ClusterProcesses cluster, String test, String fault, Consumer<NumberedLoad> faults) {
        try (NumberedLoad load = NumberedLoad.start(cluster, fault.replaceAll("\\W+", "-"))) {
            load.awaitAcks(BEFORE);
            long start = System.nanoTime();
            faults.accept(load);
            long tookMs = (System.nanoTime() - start) / 1_000_000;
            NumberedVerdict verdict = load.verdict();
            System.out.printf("%s: %s, %.1f s: %s%n", test, fault, tookMs / 1e3, verdict);
            load.ledger().failures().stream().limit(3).forEach(e -> System.out.println("  failed send: " + e));
            assertEquals(List.of(), verdict.faults(), fault);
            return verdict;
        }
    }
}

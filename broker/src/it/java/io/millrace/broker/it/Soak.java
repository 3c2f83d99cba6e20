package io.millrace.broker.it;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A program: a broker under everything at once for some minutes, which must lose nothing and let nothing grow. See
 * docs/soak.md.
 *
 * <p>The load comes in shifts. After each all clients are gone, the groups have read everything, and the broker's
 * footprint is taken; the first shift warms it up, and no later footprint may be larger than what that left.
 *
 * <p>Arguments: how many seconds, the seed, and a directory to work in.
 */
final class Soak {
    private static final String TOPIC = "soak";
    private static final int PARTITIONS = 8;
    private static final int PRODUCERS = 8;
    private static final int CONSUMERS_PER_GROUP = 4;
    private static final String[] ASSIGNORS = {"CooperativeStickyAssignor", "RangeAssignor"};
    private static final int RECORDS_PER_SECOND = Integer.getInteger("soak.records.per.second", 400); // of a producer

    private static final int LONGEST_SHIFT_SECONDS = 100;
    private static final int SHORTEST_SHIFT_SECONDS = 14;
    private static final long DRAIN_MS = TimeUnit.MINUTES.toMillis(2);

    private final BrokerProcess broker;
    private final Clients clients;
    private final SplittableRandom random;
    private final PrintStream report;
    private final SoakFindings findings = new SoakFindings();
    private final SoakLedger ledger = new SoakLedger(PARTITIONS, "soak-a", "soak-b");
    private final SoakTopics topics;
    private final SoakRetention retention;
    private final SoakCompaction compaction;
    private final SoakConnections connections;
    private final SoakGarbage garbage;
    private int producers;

    private Soak(BrokerProcess broker, long seed, PrintStream report) {
        this.broker = broker;
        this.report = report;
        random = new SplittableRandom(seed);
        clients = broker.clients();
        clients.createTopic(TOPIC, PARTITIONS, "segment.bytes=1048576");
        topics = new SoakTopics(clients, findings);
        retention = new SoakRetention(clients);
        compaction = new SoakCompaction(clients, findings);
        connections = new SoakConnections(broker.port(), findings);
        garbage = new SoakGarbage(broker.port());
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        SoakFindings findings = run(Files.createDirectories(Path.of(arguments[2])), seconds, seed, System.out);
        System.exit(findings.isEmpty() ? 0 : 1);
    }

    /** Runs one with a broker of its own; prints figures as they come and the findings at the end. */
    static SoakFindings run(Path directory, int seconds, long seed, PrintStream report)
            throws IOException, InterruptedException {
        Map<String, String> environment =
                Map.of("MILLRACE_JVM_OPTS", "-XX:NativeMemoryTracking=summary -Dio.netty.leakDetection.level=paranoid");
        try (BrokerProcess broker = BrokerProcess.startWith(
                environment,
                directory,
                "group.initial.rebalance.delay.ms=0",
                "offsets.topic.num.partitions=5",
                "log.retention.check.interval.ms=1000",
                "log.segment.delete.delay.ms=1000",
                "log.cleaner.backoff.ms=1000")) {
            Thread interrupted = new Thread(broker::close); // no broker outlives a soak that is told to stop
            Runtime.getRuntime().addShutdownHook(interrupted);
            report.println(broker.readyLine());
            Soak soak = new Soak(broker, seed, report);
            soak.shifts(seconds);
            soak.verify();
            Runtime.getRuntime().removeShutdownHook(interrupted);
            return soak.findings;
        }
    }

    private void shifts(int seconds) throws InterruptedException {
        int count = Math.max(3, seconds / LONGEST_SHIFT_SECONDS);
        int length = Math.max(SHORTEST_SHIFT_SECONDS, seconds / count);
        SoakGrowth growth = new SoakGrowth(findings);
        for (int i = 0; i < count && broker.process().isAlive(); i++) {
            long peak = shift(length);
            SoakFootprint footprint = rest();
            growth.shift(footprint, peak);
            report.printf(
                    "shift %d    %,d acknowledged so far; at rest: %s; under load at most %,d KiB%n",
                    i + 1, ledger.acked(), footprint, peak);
        }
        report.println("gained     " + growth.judge());
    }

    /** Returns the most that was resident, in KiB. */
    private long shift(int seconds) throws InterruptedException {
        SoakShift shift = new SoakShift(findings, random.nextLong());
        for (int i = 0; i < PRODUCERS; i++) {
            shift.start(
                    "producer-" + i,
                    new SoakProducer(
                            clients, TOPIC, PARTITIONS, producers++, RECORDS_PER_SECOND, ledger, findings));
        }
        // The members work on past the end of the producers, until they have read what those sent.
        SoakShift reading = new SoakShift(findings, random.nextLong());
        for (int g = 0; g < ledger.groups().size(); g++) {
            SoakLedger.Group group = ledger.groups().get(g);
            for (int i = 0; i < CONSUMERS_PER_GROUP; i++) {
                reading.start(
                        group.name() + "-" + i,
                        new SoakConsumer(
                                clients,
                                TOPIC,
                                ASSIGNORS[g % ASSIGNORS.length],
                                group,
                                () -> group.distinct() >= ledger.acked(),
                                findings));
            }
        }
        shift.start("topics", topics);
        shift.start("retention", retention);
        shift.start("compaction", compaction);
        shift.start("connections", connections);
        shift.start("garbage", garbage);
        long peak = 0;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() - end < 0 && broker.process().isAlive()) {
            peak = Math.max(peak, broker.process().memoryKib("VmRSS"));
            shift.pause(500);
        }
        shift.end(DRAIN_MS);
        reading.end(DRAIN_MS);
        return peak;
    }

    /** Waits until the broker has let go of the clients that left, and takes its footprint. */
    private SoakFootprint rest() {
        SoakFootprint[] latest = {SoakFootprint.of(broker.process())};
        int listening = 8; // the broker's own: a listener, the admin port, ZooKeeper's, and its client's two ends, with some air
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> {
                        latest[0] = SoakFootprint.of(broker.process());
                        return latest[0].sockets() <= listening && latest[0].deletedFiles() == 0;
                    });
        } catch (ConditionTimeoutException e) {
            findings.add("the broker does not come to rest", latest[0].toString());
        }
        return latest[0];
    }

    private void verify() {
        if (!broker.process().isAlive()) {
            findings.add("the broker died", "its last words: " + lastOf(broker.process().err()));
        } else {
            for (SoakLedger.Group group : ledger.groups()) {
                SoakLedger.Verdict verdict = ledger.verify(group);
                report.printf(
                        "group      %s read %,d, %,d of them again; %s%n",
                        group.name(), group.distinct(), group.repeated(), verdict);
                if (!verdict.isFlawless()) {
                    findings.add("a group's reading is not what was acknowledged", group.name() + ": " + verdict);
                }
            }
            if (ledger.acked() == 0 || ledger.ackedTwice() > 0) {
                findings.add("acknowledgements are wrong", ledger.acked() + ", twice " + ledger.ackedTwice());
            }
            report.println("compaction " + compaction.verify());
            report.println("retention  " + retention.verify(broker.data(), findings));
            report.printf(
                    "passing    %,d topics, %,d connections, %,d connections with garbage%n",
                    topics.lives(), connections.opened(), garbage.sent());
            int exitCode = broker.stop();
            if (exitCode != 0) {
                findings.add("SIGTERM did not end the broker cleanly", "exit code " + exitCode);
            }
        }
        SoakLog.judge(broker.process().err(), findings, report);
        findings.sentences().forEach(sentence -> report.println("FOUND      " + sentence));
        report.println(findings.isEmpty() ? "Nothing was lost, nothing grew." : "NOT SOUND.");
    }

    private static List<String> lastOf(List<String> lines) {
        return IntStream.range(Math.max(0, lines.size() - 5), lines.size())
                .mapToObj(lines::get)
                .toList();
    }
}

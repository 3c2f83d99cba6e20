package io.millrace.broker.it;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The first half of the main job: kcat sends an access log, lz4, into six partitions; three processes of one group read
 * it; half-way one of them is killed with -9 and a new one started. The last quarter of the lines is sent once the new
 * one has its share of the partitions, so that it has something to do.
 */
final class GroupRun {
    static final String TOPIC = "access";
    static final int PARTITIONS = 6;
    private static final String GROUP = "readers";
    private static final String IDEMPOTENT = "enable.idempotence=true";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Clients clients;
    private final Path directory;
    private final int lines;
    private final long seed;
    private final PrintStream report;
    private final Map<Path, Process> members = new LinkedHashMap<>();
    private final SentLines sent;
    private final AtomicLong bytes = new AtomicLong();
    private final CountDownLatch newcomerIsIn = new CountDownLatch(1);

    GroupRun(Clients clients, Path directory, int lines, long seed, PrintStream report) {
        this.clients = clients;
        this.directory = directory;
        this.lines = lines;
        this.seed = seed;
        this.report = report;
        this.sent = new SentLines(lines);
    }

    Deliveries.Count run() throws IOException {
        clients.createTopic(TOPIC, PARTITIONS);
        long started = System.nanoTime();
        try {
            for (int i = 0; i < 3; i++) {
                startMember();
            }
            CompletableFuture<Void> sending = CompletableFuture.runAsync(this::send);
            Map<Path, Long> beforeKill = killOneHalfWay(sending);
            long killed = System.nanoTime();
            Path newcomer = startMember();
            awaitShare(newcomer);
            report.printf("rejoined   %s has its partitions %.1f s after the kill%n", newcomer.getFileName(), seconds(killed));
            newcomerIsIn.countDown();
            sending.join();
            report.printf(
                    "sent       %,d lines, %,d bytes (%d a line) with kcat -z lz4, %.1f s after the start%n",
                    lines, bytes.get(), bytes.get() / lines, seconds(started));
            awaitAllCommitted();
            report.printf("read       by the group %.1f s after the start%n", seconds(started));
            return verify(beforeKill);
        } finally {
            newcomerIsIn.countDown();
            members.values().forEach(Process::destroyForcibly);
        }
    }

    private Path startMember() {
        Path file = directory.resolve("member-" + (members.size() + 1));
        Process process = ChildJava.start(
                GroupMember.class, Path.of(file + ".log"), clients.bootstrap(), TOPIC, GROUP, file.toString());
        members.put(file, process);
        return file;
    }

    /** Waits until the group is at rest with the newcomer in the dead one's place. */
    private void awaitShare(Path newcomer) {
        try (Admin admin = clients.admin()) {
            Awaitility.await("the newcomer's share")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        ConsumerGroupDescription group = Clients.await(
                                        admin.describeConsumerGroups(List.of(GROUP)).all())
                                .get(GROUP);
                        return group.groupState() == GroupState.STABLE
                                && group.members().size() == 3
                                && group.members().stream()
                                        .anyMatch(member -> member.clientId()
                                                .equals(newcomer.getFileName().toString()));
                    });
        }
    }

    private void send() {
        new Kcat(clients.bootstrap()).succeed(this::writeLines, "-P", "-t", TOPIC, "-z", "lz4", "-X", IDEMPOTENT);
    }

    private void writeLines(OutputStream stdin) throws IOException {
        AccessLog log = new AccessLog(seed);
        OutputStream out = new BufferedOutputStream(stdin, 1 << 16);
        for (int i = 0; i < lines; i++) {
            if (i == lines / 4 * 3) {
                out.flush();
                awaitNewcomer();
            }
            byte[] line = log.next();
            sent.add(i, line);
            out.write(line);
            out.write('\n');
            bytes.addAndGet(line.length + 1);
        }
        out.flush();
    }

    private void awaitNewcomer() {
        try {
            newcomerIsIn.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns how much each member had been given just before the kill. */
    private Map<Path, Long> killOneHalfWay(CompletableFuture<Void> sending) {
        Awaitility.await("half of the lines are delivered")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> sending.isCompletedExceptionally()
                        || counts().values().stream().mapToLong(c -> c).sum() >= lines / 2);
        Map<Path, Long> counts = counts();
        Path busiest = counts.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .orElseThrow()
                .getKey();
        members.get(busiest).destroyForcibly();
        report.printf(
                "killed     %s (kill -9) when the three had read %s; a fourth takes its place%n",
                busiest.getFileName(), counts.values());
        return counts;
    }

    private Map<Path, Long> counts() {
        Map<Path, Long> counts = new LinkedHashMap<>();
        for (Path file : members.keySet()) {
            try {
                counts.put(file, DeliveryFile.count(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return counts;
    }

    /** Waits until the group has committed all lines; past the patience the count tells what is missing. */
    private void awaitAllCommitted() {
        try (Admin admin = clients.admin()) {
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
                return Clients.await(admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata())
                                .values()
                                .stream()
                                .mapToLong(OffsetAndMetadata::offset)
                                .sum()
                        >= lines;
            });
        } catch (ConditionTimeoutException e) {
            report.println("GAVE UP    waiting for the group: " + e.getMessage());
        }
    }

    private Deliveries.Count verify(Map<Path, Long> beforeKill) throws IOException {
        List<Path> files = new ArrayList<>(members.keySet());
        for (Path file : files) {
            beforeKill.putIfAbsent(file, 0L);
        }
        Deliveries deliveries = new Deliveries(sent, lines, PARTITIONS);
        deliveries.add(beforeKill);
        Deliveries.Count count = deliveries.count();
        String each = counts().entrySet().stream()
                .map(e -> String.format("%s %,d", e.getKey().getFileName(), e.getValue()))
                .collect(Collectors.joining(", "));
        report.printf("delivered  %,d: %s%n", count.delivered(), each);
        report.printf("partitions %s%n", count.perPartition());
        report.printf(
                "distinct   %,d; repeated after the kill %,d; repeated before it %d%n",
                count.distinct(), count.repeatsAfter(), count.repeatsBefore());
        report.printf(
                "missing    %d; damaged %d; stored twice %d; out of order %d%n",
                count.missing(), count.damaged(), count.storedTwice(), count.outOfOrder());
        return count;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}

package io.millrace.broker.it;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program: what a log broker is for, on input as it is in life, while processes die. See docs/main-job.md.
 *
 * <p>Arguments: how many lines, the seed, and a directory to work in.
 */
final class MainJob {
    private static final int KILLS = 3;

    private MainJob() {}

    /** What both halves counted. */
    record Outcome(Deliveries.Count group, CrashRun.Count crashes) {}

    public static void main(String[] arguments) throws IOException {
        int lines = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        Outcome outcome = run(Files.createDirectories(Path.of(arguments[2])), lines, seed, System.out);
        boolean flawless = outcome.group().isFlawless() && outcome.crashes().isFlawless();
        System.out.println(flawless ? "All is there." : "NOT ALL IS THERE.");
        System.exit(flawless ? 0 : 1);
    }

    static Outcome run(Path directory, int lines, long seed, PrintStream report) throws IOException {
        try (BrokerProcess broker = BrokerProcess.start(
                directory,
                "group.initial.rebalance.delay.ms=500",
                "group.min.session.timeout.ms=1000", // a killed member is missed after 3 s, not after 6
                "offsets.topic.num.partitions=5")) {
            report.println(broker.readyLine());
            Deliveries.Count group = new GroupRun(broker.clients(), directory, lines, seed, report).run();
            CrashRun.Count crashes = new CrashRun(broker, KILLS, Math.max(2_000, lines / 20), seed, report).run();
            report.printf(
                    "broker     %,d KiB resident at the end; SIGTERM ended it with %d%n",
                    broker.process().memoryKib("VmRSS"), broker.stop());
            return new Outcome(group, crashes);
        }
    }
}

package io.millrace.broker.sim;

import ch.qos.logback.classic.Level;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace simulate}: runs as many seeds as asked, and tells of each that fails. */
@Command(
        name = "millrace simulate",
        description = {
            "Runs clusters of 3 to 5 brokers with the real code of replication and leadership in one thread, under a virtual"
                    + " clock, while disks, hosts, the network and ZooKeeper fail at random. A seed decides everything: the"
                    + " same seed is the same run.",
            "",
            "Exit codes: 0 all seeds passed, 1 one failed, which is printed with a trace, 2 asked for something that cannot"
                    + " be."
        },
        mixinStandardHelpOptions = true,
        usageHelpWidth = 120,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  millrace simulate --seeds 2000                    from seed 1 on, up to the first that fails",
            "  millrace simulate --seeds 500 --seed 10000 --failures 20",
            "  millrace simulate --seed 4711 --trace             one seed, every event told"
        })
public final class SimulateMain implements Callable<Integer> {
    @Option(names = "--seeds", paramLabel = "N", description = "How many; 100, or 1 if --seed is given.")
    private Long seeds;

    @Option(names = "--seed", paramLabel = "S", description = "The first one; default 1.")
    private Long seed;

    @Option(names = "--threads", paramLabel = "N", description = "Runs at a time; default ${DEFAULT-VALUE}.")
    private int threads = 2;

    @Option(
            names = "--failures",
            paramLabel = "N",
            description = "Goes on until so many seeds have failed, and lists them; default ${DEFAULT-VALUE}.")
    private int failures = 1;

    @Option(names = "--trace", description = "Prints every event at once; one run at a time.")
    private boolean trace;

    private SimulateMain() {}

    /** Exits with 1 if a seed failed. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SimulateMain()).execute(arguments));
    }

    @Override
    public Integer call() {
        long first = seed == null ? 1 : seed;
        long count = seeds != null ? seeds : seed == null ? 100 : 1;
        boolean passed = trace ? traced(first, count) : counted(first, count);
        return passed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static boolean traced(long first, long count) {
        try (Runs runs = new Runs(Level.DEBUG)) {
            for (long next = first; next < first + count; next++) {
                System.out.println(runs.one(next, world -> world.trace().print()));
            }
            return true;
        } catch (RunFailed e) {
            System.out.println("seed " + e.seed() + " VIOLATED: " + e.violation());
            if (e.getCause().getCause() != null) {
                e.getCause().getCause().printStackTrace(System.out);
            }
            return false;
        }
    }

    private boolean counted(long first, long count) {
        List<RunFailed> failed;
        Progress progress = new Progress(count);
        try (Runs runs = new Runs(Level.INFO)) {
            failed = runs.all(first, count, threads, failures, progress::passed);
        }
        progress.end(failed.size());
        if (failed.size() > 1) {
            failed.forEach(one -> System.out.println("seed " + one.seed() + " VIOLATED: " + one.violation()));
            System.out.printf(
                    Locale.ROOT,
                    "again: ./millrace simulate --seed %d --trace%n",
                    failed.get(0).seed());
        } else {
            failed.forEach(one -> System.out.println(one.getMessage()));
        }
        return failed.isEmpty();
    }
}

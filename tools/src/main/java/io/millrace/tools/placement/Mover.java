package io.millrace.tools.placement;

import io.millrace.client.admin.Elected;
import io.millrace.client.admin.Election;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.Reassignment;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Progress;
import io.millrace.tools.terminal.Sheet;
import io.millrace.tools.terminal.Table;
import io.millrace.tools.terminal.Terminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/**
 * Shows a plan and what it costs, then carries it out: begins the moves, waits until they are over, and has the preferred
 * leaders elected. A mixin of the verbs that move partitions.
 *
 * <p>Who breaks off the waiting breaks off no move: brokers go on by themselves. Threading: one thread's.
 */
public final class Mover {
    private static final long POLL_MS = 200;

    private static final Table<Move> PLAN = Table.<Move>of()
            .text("topic", move -> move.partition().topic())
            .number("partition", move -> move.partition().partition())
            .text("replicas", Move::from)
            .text("newReplicas", Move::to)
            .bytes("copiedBytes", Move::cost);

    private static final Table<Change> LOADS = Table.<Change>of()
            .number("broker", change -> change.before().broker())
            .number("leaders", change -> change.before().leaders())
            .number("newLeaders", change -> change.after().leaders())
            .number("replicas", change -> change.before().replicas())
            .number("newReplicas", change -> change.after().replicas())
            .bytes("bytes", change -> change.before().bytes())
            .bytes("newBytes", change -> change.after().bytes());

    private final Terminal terminal;

    @Option(names = "--execute", description = "do what the plan says")
    private boolean execute;

    @Option(names = "--dry-run", description = "only show the plan, as without --execute")
    private boolean dryRun;

    @Option(
            names = "--undo",
            paramLabel = "FILE",
            description = "write how it was there, for 'partition reassign --plan'")
    private Path undo;

    @Option(names = "--no-wait", description = "begin, and do not wait until it is over")
    private boolean noWait;

    private record Change(Layout.Load before, Layout.Load after) {}

    public Mover(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Whether something is to happen, and not only to be shown. */
    public boolean isToExecute() {
        return execute && !dryRun;
    }

    /** Gives the exit code. */
    public int run(Cluster cluster, Layout layout, List<Move> moves, Output output) {
        Map<TopicPartition, List<Integer>> targets = new LinkedHashMap<>();
        moves.forEach(move -> targets.put(move.partition(), move.to()));
        boolean doIt = isToExecute() && !moves.isEmpty();
        show(layout, moves, targets, output, doIt);
        if (undo != null && isToExecute()) {
            Map<TopicPartition, List<Integer>> before = new LinkedHashMap<>();
            moves.forEach(move -> before.put(move.partition(), move.from()));
            PlanFile.write(undo, before);
        }
        if (doIt) {
            carryOut(cluster, moves, targets);
        }
        return 0;
    }

    private void show(
            Layout layout,
            List<Move> moves,
            Map<TopicPartition, List<Integer>> targets,
            Output output,
            boolean executed) {
        long cost = moves.stream().mapToLong(Move::cost).sum();
        List<Layout.Load> before = layout.loads();
        List<Layout.Load> after = layout.loads(targets);
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            changes.add(new Change(before.get(i), after.get(i)));
        }
        Sheet sheet = new Sheet()
                .field("moves", moves.size())
                .field("copiedReplicas", moves.stream().filter(Move::isCopy).count())
                .field(
                        "changedLeaders",
                        moves.stream().filter(Move::changesLeader).count())
                .bytes("copiedBytes", cost)
                .data("executed", executed)
                .table("plan", PLAN, moves)
                .table("brokers", LOADS, changes);
        if (!executed) {
            sheet.note(moves.isEmpty() ? "Nothing is to be done" : "Nothing was changed; --execute does it");
        }
        output.sheet(sheet);
    }

    private void carryOut(Cluster cluster, List<Move> moves, Map<TopicPartition, List<Integer>> targets) {
        if (noWait) {
            cluster.getAll(cluster.admin().reassign(targets));
            terminal.err().println("The moves have begun; 'millrace partition reassign --status' shows them");
            return;
        }
        Thread told = new Thread(
                () -> terminal.err()
                        .println(
                                "\nMoves that have begun go on; 'millrace partition reassign --status' shows them, --cancel"
                                        + " --execute takes them back"),
                "told");
        Runtime.getRuntime().addShutdownHook(told); // Ctrl-C
        try {
            cluster.getAll(cluster.admin().reassign(targets));
            await(cluster, moves);
        } finally {
            Runtime.getRuntime().removeShutdownHook(told);
        }
        elect(cluster, moves);
        terminal.err().println("Done");
    }

    /** Brokers say which moves are under way; those that are not are over. */
    private void await(Cluster cluster, List<Move> moves) {
        long all = moves.stream().mapToLong(Move::cost).sum();
        try (Progress progress = Progress.ofBytes(terminal, "Moving", all)) {
            for (Set<TopicPartition> open = underWay(cluster); ; open = underWay(cluster)) {
                Set<TopicPartition> left = open;
                long rest = moves.stream()
                        .filter(move -> left.contains(move.partition()))
                        .mapToLong(Move::cost)
                        .sum();
                progress.to(all - rest);
                if (moves.stream().noneMatch(move -> left.contains(move.partition()))) {
                    return;
                }
                pause();
            }
        }
    }

    private static Set<TopicPartition> underWay(Cluster cluster) {
        Map<TopicPartition, Reassignment> moves = cluster.get(cluster.admin().listReassignments());
        return moves.keySet();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        } catch (InterruptedException e) {
            throw Failure.of("Interrupted; the moves go on, and 'millrace partition reassign --status' shows them");
        }
    }

    /** A new leader may know of its new place a moment later than we ask. */
    private void elect(Cluster cluster, List<Move> moves) {
        List<TopicPartition> partitions = moves.stream().map(Move::partition).toList();
        Map<TopicPartition, ItemResult<Elected>> results =
                cluster.await(cluster.admin().electLeaders(Election.PREFERRED, partitions));
        results.forEach((partition, result) -> result.failure()
                .filter(why -> why.error() != ErrorCode.ELECTION_NOT_NEEDED)
                .ifPresent(why -> terminal.err()
                        .println("millrace: " + partition + " is not led by its preferred replica yet: "
                                + Cluster.explanation(why))));
    }
}

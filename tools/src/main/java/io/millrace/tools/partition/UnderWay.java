package io.millrace.tools.partition;

import io.millrace.client.admin.Done;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.Reassignment;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import io.millrace.tools.terminal.Terminal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Moves that are under way: shows them, and takes them back. */
record UnderWay(Map<TopicPartition, Reassignment> moves) {
    private static final String NONE = "No moves are under way";

    private record Row(TopicPartition partition, Reassignment move, String result) {}

    /** @param topics none for all */
    static UnderWay of(Map<TopicPartition, Reassignment> all, Collection<String> topics) {
        Map<TopicPartition, Reassignment> chosen = new LinkedHashMap<>();
        all.forEach((partition, move) -> {
            if (topics.isEmpty() || topics.contains(partition.topic())) {
                chosen.put(partition, move);
            }
        });
        return new UnderWay(chosen);
    }

    private static Table<Row> table() {
        return Table.<Row>of()
                .text("topic", row -> row.partition().topic())
                .number("partition", row -> row.partition().partition())
                .text("replicas", row -> row.move().replicas())
                .text("adding", row -> row.move().adding())
                .text("removing", row -> row.move().removing());
    }

    void show(Output output) {
        show(output, table(), Map.of());
    }

    /** What {@code --cancel} would take back. */
    void plan(Output output, Terminal terminal) {
        show(output, table().text("result", Row::result), Map.of());
        if (output.isForPeople() && !moves.isEmpty()) {
            terminal.err().println("Nothing was changed; --execute takes these moves back");
        }
    }

    /**
     * What became of taking them back.
     *
     * @return the exit code: a move that is over meanwhile is no failure
     */
    int cancelled(Map<TopicPartition, ItemResult<Done>> results, Output output, Terminal terminal) {
        Map<TopicPartition, String> said = new LinkedHashMap<>();
        int[] code = {0};
        results.forEach((partition, result) -> {
            boolean over = result.failure()
                    .filter(why -> why.error() == ErrorCode.NO_REASSIGNMENT_IN_PROGRESS)
                    .isPresent();
            said.put(partition, over ? "unchanged" : result.isSuccess() ? "cancelled" : "failed");
            if (result.isFailure() && !over) {
                code[0] = 1;
                terminal.err()
                        .println(terminal.errStyle().bad("millrace:") + " " + partition + ": "
                                + Cluster.explanation(result.failure().orElseThrow()));
            }
        });
        show(output, table().text("result", Row::result), said);
        return code[0];
    }

    private void show(Output output, Table<Row> table, Map<TopicPartition, String> results) {
        output.rows(
                table,
                moves.entrySet().stream()
                        .map(move ->
                                new Row(move.getKey(), move.getValue(), results.getOrDefault(move.getKey(), "planned")))
                        .toList(),
                NONE);
    }
}

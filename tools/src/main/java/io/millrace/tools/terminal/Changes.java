package io.millrace.tools.terminal;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * {@code --dry-run}, and what a verb has changed, or would: a sentence each for people, a row each for programs. A mixin of
 * every verb that changes a cluster.
 *
 * <p>Threading: one thread's.
 */
public final class Changes {
    private static final Table<Row> TABLE = Table.<Row>of()
            .text("item", Row::item)
            .text("change", Row::change)
            .text("result", row -> row.result)
            .text("error", row -> row.error);

    private final Terminal terminal;
    private final List<Row> rows = new ArrayList<>();

    @Option(names = "--dry-run", description = "say what would happen, and change nothing")
    private boolean dryRun;

    private record Row(String item, String change, String sentence, String result, String error) {}

    public Changes(Terminal terminal) {
        this.terminal = terminal;
    }

    public boolean isDryRun() {
        return dryRun;
    }

    /**
     * Something has been done, or would be.
     *
     * @param item what was changed, such as a topic's name
     * @param did such as Created
     * @param todo such as create
     * @param what the rest of the sentence, such as: topic 'orders' with 3 partitions
     */
    public void done(String item, String did, String todo, String what) {
        String sentence = (dryRun ? "Would " + todo : did) + " " + what;
        rows.add(new Row(item, todo + " " + what, sentence, dryRun ? "planned" : "done", ""));
    }

    /** Nothing was to be done. */
    public void unchanged(String item, String sentence) {
        rows.add(new Row(item, sentence, sentence, "unchanged", ""));
    }

    /** Something could not be done. */
    public void failed(String item, String why) {
        rows.add(new Row(item, "", why, "failed", why));
    }

    /** Prints all, and gives the exit code. */
    public int print(Output output) {
        if (output.isForPeople()) {
            for (Row row : rows) {
                if (row.result().equals("failed")) {
                    terminal.err().println(terminal.errStyle().bad("millrace:") + " " + row.sentence());
                } else {
                    terminal.out().println(row.sentence());
                }
            }
            terminal.out().flush();
        } else {
            output.rows(TABLE, rows, "");
        }
        return rows.stream().anyMatch(row -> row.result().equals("failed")) ? 1 : 0;
    }
}

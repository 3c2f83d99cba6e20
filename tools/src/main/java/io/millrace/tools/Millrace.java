package io.millrace.tools;

import io.millrace.tools.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code millrace} command. Exit codes: 0 done, 1 failed, 2 asked for something that cannot be. */
@Command(
        name = "millrace",
        description = "A partitioned log broker that speaks Apache Kafka's wire protocol, and what one does with it.",
        versionProvider = Version.class,
        synopsisHeading = "Usage: ",
        synopsisSubcommandLabel = "VERB",
        commandListHeading = "%nVerbs:%n",
        footer = {
            "",
            "Examples:",
            "  millrace start                             one broker on 127.0.0.1:9092, data in ./data",
            "  millrace cluster describe -b kafka1:9092   what is there",
            "  millrace VERB --help                       what a verb can do, with examples",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage. Variables: MILLRACE_BOOTSTRAP, MILLRACE_CLUSTER,"
                    + " MILLRACE_COMMAND_CONFIG, MILLRACE_TIMEOUT, MILLRACE_OUTPUT, MILLRACE_CONFIG, NO_COLOR."
        })
public final class Millrace implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        QuietLogging.configure(args);
        Terminal terminal = Terminal.ofProcess();
        int code = CommandTree.of(terminal, args).execute(args);
        terminal.out().flush();
        // Not a return: threads of clients may still close connections, and nobody wants to wait for them
        System.exit(code);
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }
}

package io.millrace.broker;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code millrace} command. Exit codes: 0 done, 1 failed, 2 asked for something that cannot be. */
@Command(
        name = "millrace",
        description = "A partitioned log broker that speaks Apache Kafka's wire protocol.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {StartCommand.class, ZooKeeperCommand.class},
        footer = {
            "",
            "Examples:",
            "  millrace start                                   one broker on 127.0.0.1:9092, data in ./data",
            "  millrace start --data /var/lib/millrace --set listeners=PLAINTEXT://0.0.0.0:9092",
            "  millrace start --config config/broker.properties",
            "  millrace simulate --seeds 500                    a cluster under a virtual clock; from a checkout of the sources",
            "  millrace COMMAND --help                          what a command can do"
        })
public final class Main implements Callable<Integer> {
    private static final int HELP_WIDTH = 120;

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        int code = commandLine().execute(args);
        if (code != 0) {
            System.exit(code);
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setUsageHelpWidth(HELP_WIDTH)
                .setParameterExceptionHandler((wrong, args) -> {
                    CommandLine command = wrong.getCommandLine();
                    command.getErr()
                            .printf(
                                    "%s; see '%s --help'%n",
                                    wrong.getMessage(), command.getCommandSpec().qualifiedName());
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((failure, command, result) -> {
                    if (failure instanceof StartupException) {
                        command.getErr().println(failure.getMessage());
                        return CommandLine.ExitCode.USAGE;
                    }
                    throw failure;
                });
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        spec.commandLine().usage(err);
        return CommandLine.ExitCode.USAGE;
    }
}

package io.millrace.tools;

import io.millrace.client.MillraceException;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Nearest;
import io.millrace.tools.terminal.Terminal;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Puts the command line together: of all verbs, or of the one that is asked for. */
final class CommandTree {
    private static final int NARROWEST = 80;
    private static final int WIDEST = 120;

    private CommandTree() {}

    /** The root with the verb that the words begin with; with all if they begin with none. */
    static CommandLine of(Terminal terminal, String... args) {
        Optional<String> verb = args.length == 0 ? Optional.empty() : Optional.of(args[0]);
        boolean known = verb.flatMap(Verbs::command).isPresent();
        if (!known || args[0].equals("complete")) {
            return of(terminal, Verbs.WITH_HIDDEN);
        }
        return of(terminal, List.of(args[0]));
    }

    /** The root with these verbs. */
    static CommandLine of(Terminal terminal, List<String> verbs) {
        IFactory factory = new Commands(terminal);
        CommandLine root = new CommandLine(new Millrace(), factory);
        for (String verb : verbs) {
            root.addSubcommand(verb, new CommandLine(Verbs.command(verb).orElseThrow(), factory));
        }
        addVersion(root.getCommandSpec());
        addHelp(root.getCommandSpec());
        return root.setOut(writer(terminal.out()))
                .setErr(writer(terminal.err()))
                .setUsageHelpWidth(Math.max(NARROWEST, Math.min(WIDEST, terminal.columns())))
                .setColorScheme(colours(terminal))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((wrong, words) -> usage(wrong, terminal))
                .setExecutionExceptionHandler(failure(terminal));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    private static ColorScheme colours(Terminal terminal) {
        boolean plain = terminal.outStyle() == io.millrace.tools.terminal.Style.PLAIN;
        return CommandLine.Help.defaultColorScheme(plain ? Ansi.OFF : Ansi.ON);
    }

    private static void addVersion(CommandSpec root) {
        root.addOption(OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("print the version")
                .build());
    }

    /** Every command has it, and those without anything to run show it. */
    private static void addHelp(CommandSpec command) {
        if (command.userObject() instanceof PassesAll) {
            return;
        }
        command.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("print this")
                .build());
        command.subcommands().values().forEach(sub -> addHelp(sub.getCommandSpec()));
    }

    /** A command whose words are all somebody else's, {@code --help} among them. */
    interface PassesAll {}

    private static int usage(ParameterException wrong, Terminal terminal) {
        CommandLine command = wrong.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String message = message(wrong, command);
        say(terminal, message + (message.endsWith("?") ? " See '" : "; see '") + name + " --help'");
        return 2;
    }

    private static String message(ParameterException wrong, CommandLine command) {
        if (wrong instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().get(0);
            List<String> known = word.startsWith("-")
                    ? command.getCommandSpec().options().stream()
                            .flatMap(option -> Arrays.stream(option.names()))
                            .toList()
                    : List.copyOf(command.getSubcommands().keySet());
            String what = word.startsWith("-") ? "option" : known.isEmpty() ? "argument" : "verb";
            return "There is no " + what + " '" + word + "'"
                    + Nearest.to(word, known)
                            .map(near -> "; did you mean '" + near + "'?")
                            .orElse("");
        }
        return wrong.getMessage();
    }

    private static IExecutionExceptionHandler failure(Terminal terminal) {
        return (failure, command, result) -> {
            if (failure instanceof Failure told) {
                say(terminal, told.getMessage());
                return told.exitCode();
            }
            if (failure instanceof MillraceException told) {
                say(terminal, Cluster.explanation(told));
                return told.reason() == MillraceException.Reason.INVALID ? 2 : 1;
            }
            throw failure; // a bug, which its trace helps to find
        };
    }

    private static void say(Terminal terminal, String line) {
        terminal.err().println(terminal.errStyle().bad("millrace:") + " " + line);
    }
}

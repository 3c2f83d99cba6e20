package io.millrace.tools;

import io.millrace.tools.terminal.Terminal;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

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
            CommandLine command = new CommandLine(Verbs.command(verb).orElseThrow(), factory);
            Verbs.guests(verb).forEach((name, type) -> command.addSubcommand(name, new CommandLine(type, factory)));
            root.addSubcommand(verb, command);
        }
        addVersion(root.getCommandSpec());
        addHelp(root.getCommandSpec());
        return root.setOut(writer(terminal.out()))
                .setErr(writer(terminal.err()))
                .setUsageHelpWidth(Math.max(NARROWEST, Math.min(WIDEST, terminal.columns())))
                .setColorScheme(colours(terminal))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(new WrongUsage(terminal))
                .setExecutionExceptionHandler(new Failures(terminal));
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
}

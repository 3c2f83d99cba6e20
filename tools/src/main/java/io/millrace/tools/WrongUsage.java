package io.millrace.tools;

import io.millrace.tools.terminal.Nearest;
import io.millrace.tools.terminal.Terminal;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says in one line what is wrong with the words of a command, and which were likely meant.
 *
 * <p>A class and no lambda, as {@link Failures}: lambdas of picocli's types cannot be kept in an archive of class data.
 */
final class WrongUsage implements IParameterExceptionHandler {
    private final Terminal terminal;

    WrongUsage(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public int handleParseException(ParameterException wrong, String[] words) {
        CommandLine command = wrong.getCommandLine();
        String message = message(wrong, command);
        Failures.say(
                terminal,
                message + (message.endsWith("?") ? " See '" : "; see '")
                        + command.getCommandSpec().qualifiedName() + " --help'");
        return 2;
    }

    private static String message(ParameterException wrong, CommandLine command) {
        if (!(wrong instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return wrong.getMessage();
        }
        String word = unmatched.getUnmatched().get(0);
        boolean option = word.startsWith("-");
        List<String> known = option
                ? command.getCommandSpec().options().stream()
                        .flatMap(spec -> Arrays.stream(spec.names()))
                        .toList()
                : List.copyOf(command.getSubcommands().keySet());
        String what = option ? "option" : known.isEmpty() ? "argument" : "verb";
        return "There is no " + what + " '" + word + "'" + Nearest.hint(word, known);
    }
}

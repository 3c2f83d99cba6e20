package io.millrace.tools;

import io.millrace.client.MillraceException;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says in one line why a command failed. What is no failure of ours is a bug, whose trace helps to find it. */
final class Failures implements IExecutionExceptionHandler {
    private final Terminal terminal;

    Failures(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        if (failure instanceof Failure told) {
            say(terminal, told.getMessage());
            return told.exitCode();
        }
        if (failure instanceof MillraceException told) {
            say(terminal, Cluster.explanation(told));
            return told.reason() == MillraceException.Reason.INVALID ? 2 : 1;
        }
        throw failure;
    }

    static void say(Terminal terminal, String line) {
        terminal.err().println(terminal.errStyle().bad("millrace:") + " " + line);
    }
}

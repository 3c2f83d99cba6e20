package io.millrace.tools;

import io.millrace.client.MillraceException;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Printable;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Says in one line why a command failed: asked for what cannot be, refused by a broker, or a file or pipe that fails. All else is
 * a bug, whose trace helps to find it.
 */
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
        if (failure instanceof IOException told) {
            say(terminal, line(told));
            return 1;
        }
        if (failure instanceof UncheckedIOException told) {
            say(terminal, line(told.getCause()));
            return 1;
        }
        throw failure;
    }

    /** What the system says is often no more than a file's name. */
    static String line(IOException failure) {
        if (failure instanceof NoSuchFileException gone) {
            return "There is no " + gone.getFile() + " (any more)";
        }
        if (failure instanceof AccessDeniedException denied) {
            return "No permission for " + denied.getFile();
        }
        if (failure instanceof FileSystemException file) {
            return file.getFile() + ": " + (file.getReason() == null ? kind(failure) : file.getReason());
        }
        return failure.getMessage() == null || failure.getMessage().isBlank()
                ? kind(failure)
                : "Reading or writing failed: " + failure.getMessage();
    }

    private static String kind(IOException failure) {
        return failure.getClass().getSimpleName().replaceFirst("Exception$", "");
    }

    static void say(Terminal terminal, String line) {
        terminal.err().println(terminal.errStyle().bad("millrace:") + " " + Printable.of(line));
    }
}

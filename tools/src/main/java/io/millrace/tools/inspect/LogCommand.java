package io.millrace.tools.inspect;

import picocli.CommandLine.Command;

/** {@code millrace log}. */
@Command(
        name = "log",
        description = "What lies in the files of a broker, stopped or running. Reads only.",
        subcommands = {DumpCommand.class, VerifyCommand.class, FindCommand.class})
public final class LogCommand {}

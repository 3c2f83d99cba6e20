package io.millrace.tools.config;

import picocli.CommandLine.Command;

/** {@code millrace config}. */
@Command(
        name = "config",
        description = "Shows and changes settings of topics and brokers.",
        subcommands = {ConfigGet.class, ConfigSet.class, ConfigUnset.class})
public final class ConfigCommand {}

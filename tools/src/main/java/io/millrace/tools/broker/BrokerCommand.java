package io.millrace.tools.broker;

import picocli.CommandLine.Command;

/** {@code millrace broker}. */
@Command(
        name = "broker",
        description = "Lists and describes brokers, and drains one before it goes.",
        subcommands = {BrokerList.class, BrokerDescribe.class, BrokerDrain.class})
public final class BrokerCommand {}

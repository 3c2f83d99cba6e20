package io.millrace.tools.partition;

import picocli.CommandLine.Command;

/** {@code millrace partition}. */
@Command(
        name = "partition",
        description = "Moves replicas, evens out brokers, elects leaders.",
        subcommands = {PartitionReassign.class, PartitionBalance.class, PartitionElect.class})
public final class PartitionCommand {}

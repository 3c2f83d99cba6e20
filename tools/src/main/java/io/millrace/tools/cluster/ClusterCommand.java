package io.millrace.tools.cluster;

import picocli.CommandLine.Command;

/** {@code millrace cluster}. */
@Command(
        name = "cluster",
        description = "Shows what a cluster is, whether it is well, and what clients see of it.",
        subcommands = {ClusterDescribe.class, ClusterHealth.class, ClusterDoctor.class})
public final class ClusterCommand {}

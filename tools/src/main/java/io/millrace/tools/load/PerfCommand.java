package io.millrace.tools.load;

import picocli.CommandLine.Command;

/** {@code millrace perf}. */
@Command(
        name = "perf",
        description = "Measures a cluster: throughput, latency, many clients at once.",
        subcommands = {ProducePerf.class, ConsumePerf.class, LatencyPerf.class, FleetPerf.class})
public final class PerfCommand {}

package io.millrace.tools.mirror;

import io.millrace.tools.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace mirror}: by itself as {@code mirror run}. */
@Command(
        name = "mirror",
        description = {
            "Copies topics of one cluster into another one, as they are: offsets, batches, settings, positions of groups."
                    + " Either may be Apache Kafka."
        },
        footer = {
            "",
            "Examples:",
            "  millrace mirror --config mirror.properties             the same as mirror run",
            "  millrace mirror run --source a:9092 --target b:9092 --topics 'access.*'",
            "  millrace mirror status --source a:9092 --target b:9092",
            "  millrace mirror promote --target b:9092 access"
        },
        subcommands = {MirrorRun.class, MirrorStatus.class, MirrorPromote.class, MirrorFailback.class})
public final class MirrorCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private MirrorOptions options;

    @Option(names = "--dry-run", description = "say what would be created and changed, and do nothing")
    private boolean dryRun;

    MirrorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return MirrorRun.run(options.config(), dryRun, terminal);
    }
}

package io.millrace.tools.mirror;

import io.millrace.tools.terminal.Terminal;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace mirror run}: mirrors until it is told to stop. */
@Command(
        name = "run",
        description = {
            "Mirrors until it is told to stop. It keeps nothing itself: it may be killed, and begun again anywhere, at any"
                    + " time, and goes on where the target's topics end. Either cluster may be Apache Kafka. A target that is"
                    + " Kafka, and topics of topics.merge, get offsets of their own; positions of groups are translated."
        },
        footer = {
            "",
            "Examples:",
            "  millrace mirror run --config mirror.properties",
            "  millrace mirror run --source a:9092 --target b:9092 --topics 'access.*' --dry-run",
            "  millrace mirror run --source a:9092 --target b:9092 --set bandwidth.bytes.per.second=50000000",
            "  millrace mirror run --source a:9092 --target b:9092 --set mirror.group=a-to-b   share the work: start several",
            "  millrace mirror run --source a:9092 --target b:9092 --topics access --set topics.merge=access   beside other writers",
            "  millrace mirror run --source a:9092 --target b:9092 --set 'topic.rename=(.*)-eu -> $1' --set topic.prefix=eu."
        })
final class MirrorRun implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private MirrorOptions options;

    @Option(names = "--dry-run", description = "say what would be created and changed, and do nothing")
    private boolean dryRun;

    MirrorRun(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return run(options.config(), dryRun, terminal);
    }

    static int run(MirrorConfig config, boolean dryRun, Terminal terminal) {
        try (Mirror mirror = new Mirror(config, Clock.systemUTC())) {
            if (dryRun) {
                List<CopiedTopic> topics = mirror.rehearse();
                for (CopiedTopic topic : topics) {
                    terminal.out()
                            .println("would copy " + topic.source() + " (" + topic.partitions() + " partitions) to "
                                    + topic.target());
                }
                return 0;
            }
            Runtime.getRuntime().addShutdownHook(new Thread(mirror::close, "mirror-stop"));
            mirror.run();
            return 0;
        } catch (InterruptedException stopped) {
            return 0; // the process was told to end, and closed the mirror
        }
    }
}

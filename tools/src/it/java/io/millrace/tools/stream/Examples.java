package io.millrace.tools.stream;

import io.millrace.tools.inspect.LogCommand;
import io.millrace.tools.load.KafkaConsumerPerfTest;
import io.millrace.tools.load.KafkaProducerPerfTest;
import io.millrace.tools.load.PerfCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;

/** The examples that these verbs' help gives, as they can be run in a test: none goes on for ever or for long. */
public final class Examples {
    private static final Pattern FIRST_WORD = Pattern.compile("  (millrace|echo|printf|kafka-[a-z-]+) .*");
    private static final Pattern REMARK = Pattern.compile("   +[^'\"]*$");
    private static final Pattern ENDS =
            Pattern.compile(" (-e|-n|--to|--no-follow|--count|--max-messages|--timeout-ms|--num-records|--messages)\\b");

    private Examples() {}

    public static List<String> all() {
        List<Class<?>> verbs = new ArrayList<>(List.of(
                ProduceCommand.class,
                ConsumeCommand.class,
                TailCommand.class,
                KafkaConsoleProducer.class,
                KafkaConsoleConsumer.class,
                KafkaProducerPerfTest.class,
                KafkaConsumerPerfTest.class));
        for (Class<?> parent : List.of(PerfCommand.class, LogCommand.class)) {
            verbs.addAll(Arrays.asList(parent.getAnnotation(Command.class).subcommands()));
        }
        return verbs.stream()
                .flatMap(verb -> Arrays.stream(verb.getAnnotation(Command.class).footer()))
                .filter(line -> FIRST_WORD.matcher(line).matches())
                .map(line -> REMARK.matcher(line.strip()).replaceFirst("").replace("%%", "%"))
                .toList();
    }

    /** The same, made to end soon. */
    static String bounded(String example, String bootstrap) {
        String line = example.replace("localhost:9092", bootstrap);
        if (line.contains(" perf ") && !line.contains("-n ") && !line.contains("consume")) {
            return line.replaceAll(" -d \\w+", "") + " -d 500ms" + (line.matches(".* perf (latency|fleet) .*") ? " --warm-up 100ms" : "");
        }
        boolean follows = line.matches("millrace (consume|topic tail) .*") && !ENDS.matcher(line).find();
        if (follows) {
            return "timeout -s INT 1.5 " + line;
        }
        return line.startsWith("kafka-console-producer") ? "printf 'k\\tv\\n' | " + line : line;
    }

    /** How a line may end: what follows is interrupted. */
    static boolean isFine(String line, int exitCode) {
        return exitCode == 0 || (line.startsWith("timeout ") && (exitCode == 124 || exitCode == 130));
    }
}

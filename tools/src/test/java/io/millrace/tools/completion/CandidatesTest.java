package io.millrace.tools.completion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

final class CandidatesTest {
    @Command(
            name = "root",
            subcommands = {Leaf.class, Quiet.class})
    private static final class Root {}

    @Command(name = "leaf")
    @SuppressWarnings("UnusedVariable") // picocli sets them
    private static final class Leaf {
        @Parameters(paramLabel = "TOPIC")
        private List<String> topics;

        @Option(names = "--group", paramLabel = "GROUP")
        private String group;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "table|json")
        private String output;

        @Option(names = "--flag")
        private boolean flag;
    }

    @Command(name = "quiet", hidden = true)
    private static final class Quiet {}

    private static List<String> of(String... words) {
        return Candidates.of(
                new CommandLine(new Root()),
                List.of(words),
                kind -> kind == Candidates.Kind.TOPIC ? List.of("orders", "payments") : List.of("billing"));
    }

    @Test
    void wordsGoOnAsTheCommandAllows() {
        assertEquals(List.of("leaf"), of(""));
        assertEquals(List.of("leaf"), of("le"));
        assertEquals(List.of("orders", "payments"), of("leaf", ""));
        assertEquals(List.of("payments"), of("leaf", "orders", "--flag", "pa"));
        assertEquals(List.of("--flag", "--group", "--output"), of("leaf", "--"));
        assertEquals(List.of("billing"), of("leaf", "--group", ""));
        assertEquals(List.of("json"), of("leaf", "-o", "j"));
        assertEquals(List.of(), of("leaf", "--nonsense"));
    }
}

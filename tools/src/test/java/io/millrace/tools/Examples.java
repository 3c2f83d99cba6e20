package io.millrace.tools;

import io.millrace.tools.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;

/** The examples of all help texts, in the order in which they stand there. */
final class Examples {
    private static final String PROMPT = "  millrace ";

    private Examples() {}

    /** Without the command's own name, and without those of some verbs. */
    static List<String> all(Set<String> without) {
        List<String> examples = new ArrayList<>();
        collect(tree(), examples);
        examples.removeIf(example -> without.stream().anyMatch(verb -> (example + " ").startsWith(verb + " ")));
        return examples;
    }

    static CommandLine tree() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        return CommandTree.of(
                new Terminal(
                        new ByteArrayInputStream(new byte[0]),
                        nowhere,
                        nowhere,
                        Terminal.Ends.NONE,
                        100,
                        Map.of(),
                        Path.of("")),
                Verbs.WITH_HIDDEN);
    }

    private static void collect(CommandLine command, List<String> examples) {
        for (String line : command.getCommandSpec().usageMessage().footer()) {
            if (line.startsWith(PROMPT)) {
                examples.add(line.substring(PROMPT.length()).split(" {2,}")[0].strip());
            }
        }
        command.getSubcommands().values().forEach(sub -> collect(sub, examples));
    }
}

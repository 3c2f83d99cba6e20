package io.millrace.tools;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Lines that are typed at a prompt of this process, for tests of verbs in packages of their own. */
public final class Typed {
    private Typed() {}

    /** The examples of a verb's help texts, without the command's own name. */
    public static List<String> examples(String verb) {
        return Examples.all(Set.of()).stream()
                .filter(example -> example.startsWith(verb + " "))
                .distinct()
                .toList();
    }

    /** Runs a line, and gives what it printed; a code that was not expected is an error. */
    public static String run(Path home, String line, Set<Integer> codes) {
        Prompt.Result result = Prompt.in(home).run(line);
        if (!codes.contains(result.code())) {
            throw new AssertionError(line + " ended with " + result.code() + ": " + result.out() + result.err());
        }
        return result.out();
    }
}

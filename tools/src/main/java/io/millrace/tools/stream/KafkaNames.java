package io.millrace.tools.stream;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Nearest;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** Properties and classes that Kafka's console tools are given: what does nothing here is refused, not passed over. */
final class KafkaNames {
    private KafkaNames() {}

    static void check(String option, Collection<String> given, Set<String> known) {
        given.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw Failure.usage("There is no " + option + " '" + name + "'"
                    + Nearest.to(name, known)
                            .map(near -> "; did you mean '" + near + "'?")
                            .orElse("; there are " + String.join(", ", new TreeSet<>(known))));
        });
    }

    /**
     * Takes no class but these, of whatever package.
     *
     * @param given empty for none
     */
    static void checkClass(String option, String given, Set<String> known, String why) {
        String simple = given.substring(given.lastIndexOf('.') + 1);
        if (!given.isEmpty() && !known.contains(simple)) {
            throw Failure.usage(option + " " + given + " cannot be loaded here: " + why);
        }
    }
}

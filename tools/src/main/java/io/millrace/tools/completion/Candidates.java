package io.millrace.tools.completion;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** How the last of some words may go on: verbs, options, and names that somebody else knows. Pure but for those. */
final class Candidates {
    /** Names that are not in the command itself. */
    enum Kind {
        TOPIC,
        GROUP,
        PROFILE
    }

    private Candidates() {}

    /**
     * @param words all after the command's name; the last one is unfinished, perhaps empty
     * @param names asked at most once
     */
    static List<String> of(CommandLine root, List<String> words, Function<Kind, Collection<String>> names) {
        CommandLine at = root;
        Optional<OptionSpec> open = Optional.empty(); // an option whose value comes next
        for (int i = 0; i < words.size() - 1; i++) {
            String word = words.get(i);
            CommandLine sub = at.getSubcommands().get(word);
            if (open.isPresent()) {
                open = Optional.empty();
            } else if (sub != null) {
                at = sub;
            } else if (word.startsWith("-") && !word.contains("=")) {
                open = Optional.ofNullable(at.getCommandSpec().findOption(word))
                        .filter(option -> option.arity().max() > 0);
            }
        }
        String begun = words.isEmpty() ? "" : words.get(words.size() - 1);
        int equals = begun.startsWith("--") ? begun.indexOf('=') : -1;
        if (equals > 0 && open.isEmpty()) {
            String option = begun.substring(0, equals + 1);
            return Optional.ofNullable(at.getCommandSpec().findOption(begun.substring(0, equals)))
                    .map(spec -> values(spec, names))
                    .orElse(List.of())
                    .stream()
                    .map(option::concat)
                    .filter(word -> word.startsWith(begun))
                    .sorted()
                    .toList();
        }
        Collection<String> all = open.isPresent()
                ? values(open.get(), names)
                : begun.startsWith("-") ? options(at) : arguments(at, names);
        return all.stream().filter(word -> word.startsWith(begun)).sorted().toList();
    }

    private static Collection<String> options(CommandLine at) {
        return at.getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .map(OptionSpec::longestName)
                .toList();
    }

    private static Collection<String> arguments(CommandLine at, Function<Kind, Collection<String>> names) {
        if (!at.getSubcommands().isEmpty()) {
            return at.getSubcommands().values().stream()
                    .map(CommandLine::getCommandSpec)
                    .filter(sub -> !sub.usageMessage().hidden())
                    .map(sub -> sub.name())
                    .toList();
        }
        List<String> all = new ArrayList<>();
        for (PositionalParamSpec parameter : at.getCommandSpec().positionalParameters()) {
            all.addAll(values(parameter, names));
        }
        return all;
    }

    private static Collection<String> values(ArgSpec arg, Function<Kind, Collection<String>> names) {
        String label = arg.paramLabel();
        if (label.startsWith("TOPIC")) {
            return names.apply(Kind.TOPIC);
        }
        if (label.startsWith("GROUP")) {
            return names.apply(Kind.GROUP);
        }
        boolean profile =
                arg instanceof OptionSpec option && option.longestName().equals("--cluster");
        if (profile || (label.equals("NAME") && !arg.isOption())) {
            return names.apply(Kind.PROFILE);
        }
        return label.matches("[a-z]+(\\|[a-z]+)+") ? List.of(label.split("\\|")) : List.of();
    }
}

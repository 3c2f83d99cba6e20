package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which names are meant: those that one of some patterns matches as a whole, and none of others. A plain name is a pattern,
 * too. Immutable.
 */
final class NameFilter {
    private final List<Pattern> wanted;
    private final List<Pattern> excluded;

    private NameFilter(List<Pattern> wanted, List<Pattern> excluded) {
        this.wanted = wanted;
        this.excluded = excluded;
    }

    /**
     * @param wanted patterns with commas between them
     * @param excluded as well, and may be empty
     * @throws MillraceException INVALID for what is no regular expression
     */
    static NameFilter of(String wanted, String excluded) {
        return new NameFilter(parse(wanted), parse(excluded));
    }

    private static List<Pattern> parse(String text) {
        List<Pattern> patterns = new ArrayList<>();
        for (String part : text.split(",")) {
            if (!part.isBlank()) {
                try {
                    patterns.add(Pattern.compile(part.trim()));
                } catch (PatternSyntaxException e) {
                    throw MillraceException.invalid(
                            "'" + part.trim() + "' is no regular expression: " + e.getDescription());
                }
            }
        }
        return List.copyOf(patterns);
    }

    boolean accepts(String name) {
        return matches(wanted, name) && !matches(excluded, name);
    }

    private static boolean matches(List<Pattern> patterns, String name) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }
}

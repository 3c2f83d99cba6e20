package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A rule by which topics are called otherwise in the target: {@code regular expression -> name}, where $1 is a group. */
record Rename(Pattern from, String to) {
    private static final String ARROW = "->";

    /** @throws MillraceException INVALID for what is no rule */
    static Rename parse(String text) {
        int arrow = text.indexOf(ARROW);
        try {
            if (arrow > 0) {
                Rename rule = new Rename(
                        Pattern.compile(text.substring(0, arrow).trim()),
                        text.substring(arrow + ARROW.length()).trim());
                rule.from.matcher("").replaceAll(rule.to);
                return rule;
            }
        } catch (PatternSyntaxException | IndexOutOfBoundsException e) {
            throw MillraceException.invalid("topic.rename=" + text + " is no rule: " + e.getMessage());
        }
        throw MillraceException.invalid("topic.rename=" + text + " is no rule; one looks like (.*)-eu -> $1");
    }

    /** The new name of a topic that it fits as a whole; the old one of others. */
    String of(String topic) {
        var match = from.matcher(topic);
        return match.matches() ? match.replaceFirst(to) : topic;
    }
}

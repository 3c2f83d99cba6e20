package io.millrace.tools.terminal;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** YAML from maps, lists, texts, numbers and booleans: block style, texts in quotes where they could be taken for else. */
final class Yaml {
    /** Texts that need no quotes: they begin with a letter or a slash, and hold nothing that YAML gives a meaning. */
    private static final Pattern BARE = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./@+-]*(:[A-Za-z0-9_./@+-]+)*");

    private static final Pattern TAKEN = Pattern.compile("(?i)true|false|yes|no|on|off|null|y|n|[-+.]?(inf|nan)|0x.*");

    private Yaml() {}

    static String write(Object data) {
        StringBuilder text = new StringBuilder();
        Object plain = Plain.value(data);
        if (isBlock(plain)) {
            block(text, plain, "");
        } else {
            text.append(scalar(plain)).append('\n');
        }
        return text.toString();
    }

    private static boolean isBlock(Object plain) {
        return (plain instanceof Map<?, ?> map && !map.isEmpty())
                || (plain instanceof List<?> list && !list.isEmpty() && !isFlow(list));
    }

    /** Short lists of numbers and the like stay on their line. */
    private static boolean isFlow(List<?> list) {
        return list.stream().allMatch(element -> element instanceof Number);
    }

    private static void block(StringBuilder text, Object plain, String indent) {
        if (plain instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                text.append(indent).append(scalar(key)).append(':');
                value(text, value, indent);
            });
        } else {
            for (Object element : (List<?>) plain) {
                text.append(indent).append('-');
                if (element instanceof Map<?, ?> map && !map.isEmpty()) {
                    StringBuilder inner = new StringBuilder();
                    block(inner, map, indent + "  ");
                    text.append(' ').append(inner, indent.length() + 2, inner.length());
                } else {
                    value(text, element, indent);
                }
            }
        }
    }

    private static void value(StringBuilder text, Object value, String indent) {
        if (isBlock(value)) {
            text.append('\n');
            block(text, value, indent + "  ");
        } else {
            text.append(' ').append(scalar(value)).append('\n');
        }
    }

    private static String scalar(Object plain) {
        if (plain instanceof List<?> list) {
            return "[" + String.join(", ", list.stream().map(Object::toString).toList()) + "]";
        }
        if (plain instanceof Map<?, ?>) {
            return "{}";
        }
        if (plain instanceof String text
                && !(BARE.matcher(text).matches() && !TAKEN.matcher(text).matches())) {
            return Json.line(text); // a JSON string is a YAML string
        }
        return plain.toString();
    }
}

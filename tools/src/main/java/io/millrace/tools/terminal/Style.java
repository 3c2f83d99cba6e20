package io.millrace.tools.terminal;

/** How words stand out: with colours, or not at all. */
public enum Style {
    PLAIN,
    COLOURED;

    private static final String RESET = "\u001b[0m";

    public String bold(String text) {
        return wrap("\u001b[1m", text);
    }

    /** What matters less. */
    public String dim(String text) {
        return wrap("\u001b[2m", text);
    }

    public String good(String text) {
        return wrap("\u001b[32m", text);
    }

    /** What wants a look. */
    public String warning(String text) {
        return wrap("\u001b[33m", text);
    }

    public String bad(String text) {
        return wrap("\u001b[31m", text);
    }

    private String wrap(String code, String text) {
        return this == COLOURED && !text.isEmpty() ? code + text + RESET : text;
    }
}

package io.millrace.broker.metrics;

/**
 * JSON, written from its beginning to its end; commas come by themselves.
 *
 * <p>Threading: one thread.
 */
public final class JsonText {
    private final StringBuilder text = new StringBuilder();
    private boolean first = true;

    public JsonText open(char bracket) {
        comma();
        text.append(bracket);
        first = true;
        return this;
    }

    public JsonText close(char bracket) {
        text.append(bracket);
        first = false;
        return this;
    }

    /** The name of what comes next. */
    public JsonText name(String name) {
        comma();
        string(name);
        text.append(':');
        first = true;
        return this;
    }

    public JsonText value(String value) {
        comma();
        string(value);
        return this;
    }

    public JsonText value(long value) {
        comma();
        text.append(value);
        return this;
    }

    public JsonText value(boolean value) {
        comma();
        text.append(value);
        return this;
    }

    private void comma() {
        if (!first) {
            text.append(',');
        }
        first = false;
    }

    private void string(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}

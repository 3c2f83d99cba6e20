package io.millrace.generator;

/** Java source text as it grows, line by line, indented by the blocks that are open. */
final class SourceText {
    private final StringBuilder text = new StringBuilder();
    private int depth;

    void line(String line) {
        text.append(line.isEmpty() ? "" : "    ".repeat(depth)).append(line).append('\n');
    }

    /** A line behind which a block begins. */
    void open(String line) {
        line(line);
        depth++;
    }

    /** A line that ends one block and begins another. */
    void otherwise(String line) {
        depth--;
        open(line);
    }

    /** A line that ends a block. */
    void close(String line) {
        depth--;
        line(line);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}

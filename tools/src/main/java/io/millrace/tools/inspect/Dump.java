package io.millrace.tools.inspect;

import java.util.Map;

/** Where a dump goes: to people as lines, or to programs as lines of JSON. Threading: one thread's. */
interface Dump {
    /** A file begins. */
    void file(String path, String what);

    /** A line with its columns; programs get the fields. */
    void row(String kind, Map<String, Object> fields, String line);

    /** Something that is to be known of the file as a whole. */
    void note(String text);
}

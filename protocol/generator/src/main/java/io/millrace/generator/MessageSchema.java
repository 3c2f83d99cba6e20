package io.millrace.generator;

import java.util.List;

/**
 * One message: the request or response of an API, or a data structure with versions of its own.
 *
 * @param name the Java type
 * @param summary one sentence for its documentation
 * @param versions all that can be written and read
 * @param flexible those with compact lengths and tagged fields
 * @param shared structs that several fields use
 */
public record MessageSchema(
        String name,
        String summary,
        VersionRange versions,
        VersionRange flexible,
        List<Field> fields,
        List<FieldType.Struct> shared) {}

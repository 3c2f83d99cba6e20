package io.millrace.generator;

import java.util.List;

/** The type of a field: a primitive of the wire, a struct, or an array of one of these. */
public sealed interface FieldType {

    /** The Java type of an accessor. */
    String java();

    /** The Java type as a type argument. */
    default String boxed() {
        return java();
    }

    /** One of the wire's own types. */
    enum Primitive implements FieldType {
        BOOL("bool", "boolean", "Boolean", "false"),
        I8("i8", "byte", "Byte", "(byte) 0"),
        I16("i16", "short", "Short", "(short) 0"),
        U16("u16", "int", "Integer", "0"),
        I32("i32", "int", "Integer", "0"),
        I64("i64", "long", "Long", "0L"),
        F64("f64", "double", "Double", "0.0"),
        UUID("uuid", "Uuid", "Uuid", "Uuid.ZERO"),
        STRING("string", "String", "String", "\"\""),
        BYTES("bytes", "Bytes", "Bytes", "Bytes.EMPTY"),
        RECORDS("records", "Records", "Records", "BufferSlice.EMPTY");

        final String notation;
        final String zero;
        private final String java;
        private final String boxed;

        Primitive(String notation, String java, String boxed, String zero) {
            this.notation = notation;
            this.java = java;
            this.boxed = boxed;
            this.zero = zero;
        }

        @Override
        public String java() {
            return java;
        }

        @Override
        public String boxed() {
            return boxed;
        }

        /** Whether its length is written in front of it, in a form that depends on the version. */
        boolean hasLength() {
            return this == STRING || this == BYTES || this == RECORDS;
        }
    }

    /** A struct of the schema: {@code name} is its Java type, {@code fields} are its own. */
    record Struct(String name, List<Field> fields) implements FieldType {
        @Override
        public String java() {
            return name;
        }
    }

    /** A struct named elsewhere in the same message. */
    record Shared(String name) implements FieldType {
        @Override
        public String java() {
            return name;
        }
    }

    /** An array. */
    record Array(FieldType element) implements FieldType {
        @Override
        public String java() {
            return "List<" + element.boxed() + ">";
        }
    }
}

package io.millrace.generator;

import java.util.List;

/** Writes the builder of a message or struct, which holds the default of every field. */
final class BuilderWriter {
    private BuilderWriter() {}

    static void write(String name, List<Field> fields, SourceText out) {
        out.line("/** A builder that holds every field's default. */");
        out.open("public static Builder builder() {");
        out.line("return new Builder();");
        out.close("}");
        out.line("");
        out.line("/** Collects the fields of a {@link " + name + "}; one thread's. */");
        out.open("public static final class Builder {");
        for (Field field : fields) {
            out.line("private " + field.type().java() + " " + field.java() + " = " + defaultOf(field) + ";");
        }
        for (Field field : fields) {
            String java = field.java();
            out.open("public Builder " + java + "(" + field.type().java() + " " + java + ") {");
            boolean list = field.type() instanceof FieldType.Array;
            String value = !list
                    ? java
                    : field.isNullable()
                            ? java + " == null ? null : List.copyOf(" + java + ")"
                            : "List.copyOf(" + java + ")";
            out.line("this." + java + " = " + value + ";");
            out.line("return this;");
            out.close("}");
            if (field.name().endsWith("ErrorCode") && field.type() == FieldType.Primitive.I16) {
                out.open("public Builder " + java + "(ErrorCode " + java + ") {");
                out.line("return " + java + "(" + java + ".code());");
                out.close("}");
            }
        }
        out.open("public " + name + " build() {");
        StringBuilder arguments = new StringBuilder();
        for (Field field : fields) {
            arguments.append(arguments.length() == 0 ? "" : ", ").append(field.java());
        }
        out.line("return new " + name + "(" + arguments + ");");
        out.close("}");
        out.close("}");
    }

    /** The Java expression of the value that a field has where nobody set it. */
    static String defaultOf(Field field) {
        String text = field.defaultText();
        if (text.equals("null")) {
            return "null";
        }
        if (field.type() instanceof FieldType.Array) {
            return "List.of()";
        }
        if (!(field.type() instanceof FieldType.Primitive primitive)) {
            return field.type().java() + ".DEFAULT";
        }
        if (text.isEmpty()) {
            return primitive == FieldType.Primitive.RECORDS && field.isNullable() ? "null" : primitive.zero;
        }
        return switch (primitive) {
            case STRING -> '"' + text + '"';
            case I8 -> "(byte) " + text;
            case I16 -> "(short) " + text;
            case I64 -> text + "L";
            default -> text;
        };
    }
}

package io.millrace.generator;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes one message as a Java record with nested records, each with {@code read}, {@code write} and a builder.
 *
 * <p>A message's size is not a method of its own: {@code write} into a {@code SizeCounter} gives it, so that size and
 * bytes cannot disagree.
 */
final class MessageWriter {
    private final MessageSchema message;
    private final Set<String> withDefault = new HashSet<>();
    private final StringBuilder out = new StringBuilder();
    private int depth;

    MessageWriter(MessageSchema message) {
        this.message = message;
        findDefaults(message.fields());
        message.shared().forEach(struct -> findDefaults(struct.fields()));
    }

    /** Structs that stand alone in some field need a value for versions without it. */
    private void findDefaults(List<Field> fields) {
        for (Field field : fields) {
            if (field.type() instanceof FieldType.Struct struct) {
                withDefault.add(struct.name());
                findDefaults(struct.fields());
            } else if (field.type() instanceof FieldType.Shared shared) {
                withDefault.add(shared.name());
            } else if (field.type() instanceof FieldType.Array array
                    && array.element() instanceof FieldType.Struct struct) {
                findDefaults(struct.fields());
            }
        }
    }

    String source() {
        line("package io.millrace.protocol.message;");
        line("");
        for (String type : List.of(
                "ApiMessage",
                "ErrorCode",
                "Uuid",
                "record.BufferSlice",
                "record.Records",
                "wire.Bytes",
                "wire.Reader",
                "wire.Writer")) {
            line("import io.millrace.protocol." + type + ";");
        }
        line("import java.util.List;");
        line("");
        line("/**");
        line(" * " + (message.summary().isEmpty() ? message.name() + "." : message.summary()));
        line(" *");
        line(" * <p>Versions %d to %d, %s. Generated. A nullable field is null where the sender left it out."
                .formatted(
                        message.versions().low(),
                        message.versions().high(),
                        message.flexible().isNone()
                                ? "none flexible"
                                : "flexible from " + message.flexible().low()));
        line(" */");
        line("@SuppressWarnings({\"unused\", \"UnusedImport\"})");
        struct(message.name(), message.fields(), message.shared());
        return out.toString();
    }

    private void struct(String name, List<Field> fields, List<FieldType.Struct> shared) {
        StringBuilder components = new StringBuilder();
        for (Field field : fields) {
            components
                    .append(components.length() == 0 ? "" : ", ")
                    .append(field.type().java())
                    .append(' ')
                    .append(field.java());
        }
        open("public record " + name + "(" + components + ") implements ApiMessage {");
        if (withDefault.contains(name)) {
            line("/** The value where the field is absent. */");
            line("public static final " + name + " DEFAULT = builder().build();");
            line("");
        }
        reader(name, fields);
        writer(fields);
        for (Field field : fields) {
            if (field.tagged()) {
                tagWriter(field);
            }
        }
        builder(name, fields);
        for (FieldType.Struct struct : shared) {
            struct(struct.name(), struct.fields(), List.of());
        }
        for (Field field : fields) {
            FieldType type = field.type() instanceof FieldType.Array array ? array.element() : field.type();
            if (type instanceof FieldType.Struct struct) {
                struct(struct.name(), struct.fields(), List.of());
            }
        }
        close("}");
    }

    // ---- reading

    private void reader(String name, List<Field> fields) {
        line(
                "/** Reads one, at a version of the message. Throws MalformedMessageException where the bytes do not fit. */");
        open("public static " + name + " read(Reader in, short version) {");
        for (Field field : fields) {
            String declaration = field.type().java() + " " + field.java();
            String condition = condition(field.versions());
            if (field.tagged()) {
                line(declaration + " = " + defaultOf(field) + ";");
            } else if (condition.isEmpty()) {
                line(declaration + " = " + read(field, "in") + ";");
            } else {
                line(declaration + " = " + condition + " ? " + read(field, "in") + " : " + defaultOf(field) + ";");
            }
        }
        if (!message.flexible().isNone()) {
            open(flexibleFromStart() ? "{" : "if (" + flexible() + ") {");
            line("int lastTag = -1;");
            open("for (int tags = in.tagCount(); tags > 0; tags--) {");
            line("lastTag = in.tag(lastTag);");
            open("switch (lastTag) {");
            for (Field field : fields) {
                if (field.tagged()) {
                    readTagged(field);
                }
            }
            line("default -> in.skipTagValue();");
            close("}");
            close("}");
            close("}");
        }
        StringBuilder arguments = new StringBuilder();
        for (Field field : fields) {
            arguments.append(arguments.length() == 0 ? "" : ", ").append(field.java());
        }
        line("return new " + name + "(" + arguments + ");");
        close("}");
        line("");
    }

    /** A known tag in a version that does not have it is as unknown as any other. */
    private void readTagged(Field field) {
        String value = field.java() + " = in.tagValue(t -> " + read(field, "t") + ");";
        String condition = condition(field.versions());
        if (condition.isEmpty() || field.versions().low() <= message.flexible().low()) {
            line("case " + field.tag() + " -> " + value);
            return;
        }
        open("case " + field.tag() + " -> {");
        open("if (" + condition + ") {");
        line(value);
        depth--;
        open("} else {");
        line("in.skipTagValue();");
        close("}");
        close("}");
    }

    private String read(Field field, String in) {
        String always = readValue(field, in, false);
        if (!field.isNullable()) {
            return always;
        }
        String orNull = readValue(field, in, true);
        String condition = condition(field.nullable());
        return condition.isEmpty() ? orNull : "(" + condition + " ? " + orNull + " : " + always + ")";
    }

    private String readValue(Field field, String in, boolean nullable) {
        String flexible = field.classic() ? "false" : flexible();
        if (field.type() instanceof FieldType.Primitive primitive) {
            return readPrimitive(primitive, in, flexible, nullable);
        }
        if (field.type() instanceof FieldType.Array array) {
            String element = array.element() instanceof FieldType.Primitive primitive
                    ? "(r, v) -> " + readPrimitive(primitive, "r", flexible.replace("version", "v"), false)
                    : array.element().java() + "::read";
            return in + (nullable ? ".nullableArray(" : ".array(") + flexible + ", version, " + element + ")";
        }
        String struct = field.type().java();
        return nullable ? in + ".nullable(version, " + struct + "::read)" : struct + ".read(" + in + ", version)";
    }

    private static String readPrimitive(FieldType.Primitive type, String in, String flexible, boolean nullable) {
        String notation = type.notation;
        if (type == FieldType.Primitive.UUID) {
            return "Uuid.read(" + in + ")";
        }
        if (type.hasLength()) {
            String value = in + "." + (nullable ? "nullable" + capital(notation) : notation) + "(" + flexible + ")";
            return type == FieldType.Primitive.RECORDS ? "BufferSlice.ofNullable(" + value + ")" : value;
        }
        return in + "." + notation + "()";
    }

    // ---- writing

    private void writer(List<Field> fields) {
        line("@Override");
        open("public void write(Writer out, short version) {");
        for (Field field : fields) {
            if (!field.tagged()) {
                writePositional(field);
            } else if (!field.ignorable() && !condition(field.versions()).isEmpty()) {
                open("if (!" + condition(field.versions()) + " && " + isSet(field) + ") {");
                line("throw Writer.lacks(\"" + field.name() + "\", version);");
                close("}");
            }
        }
        if (!message.flexible().isNone()) {
            open(flexibleFromStart() ? "{" : "if (" + flexible() + ") {");
            List<Field> tagged = fields.stream().filter(Field::tagged).toList();
            if (tagged.isEmpty()) {
                line("out.uvarint(0);");
            } else {
                StringBuilder count = new StringBuilder();
                for (Field field : tagged) {
                    count.append(count.length() == 0 ? "" : " + ").append("(" + present(field) + " ? 1 : 0)");
                }
                line("out.uvarint(" + count + ");");
                for (Field field : tagged) {
                    open("if (" + present(field) + ") {");
                    line("out.tag(" + field.tag() + ", version, this::write" + capital(field.name()) + ");");
                    close("}");
                }
            }
            close("}");
        }
        close("}");
        line("");
    }

    private void writePositional(Field field) {
        String condition = condition(field.versions());
        if (condition.isEmpty()) {
            line(write(field, "out") + ";");
            return;
        }
        open("if (" + condition + ") {");
        line(write(field, "out") + ";");
        if (!field.ignorable()) {
            depth--;
            open("} else if (" + isSet(field) + ") {");
            line("throw Writer.lacks(\"" + field.name() + "\", version);");
        }
        close("}");
    }

    private void tagWriter(Field field) {
        open("private void write" + capital(field.name()) + "(Writer out, short version) {");
        line(write(field, "out") + ";");
        close("}");
        line("");
    }

    private String present(Field field) {
        String condition = condition(field.versions());
        return condition.isEmpty() ? isSet(field) : condition + " && " + isSet(field);
    }

    private String isSet(Field field) {
        String java = field.java();
        String standard = defaultOf(field);
        if (standard.equals("null")) {
            return java + " != null";
        }
        if (field.type() instanceof FieldType.Primitive primitive && isNumber(primitive)) {
            return primitive == FieldType.Primitive.BOOL && standard.equals("false") ? java : java + " != " + standard;
        }
        return "!" + standard + ".equals(" + java + ")";
    }

    private static boolean isNumber(FieldType.Primitive type) {
        return !type.hasLength() && type != FieldType.Primitive.UUID;
    }

    private String write(Field field, String to) {
        String flexible = field.classic() ? "false" : flexible();
        String nullable = field.isNullable() ? condition(field.nullable()) : "false";
        if (nullable.isEmpty()) {
            nullable = "true";
        }
        if (field.type() instanceof FieldType.Primitive primitive) {
            return writePrimitive(primitive, field.java(), to, flexible, nullable);
        }
        if (field.type() instanceof FieldType.Array array) {
            String element = array.element() instanceof FieldType.Primitive primitive
                    ? "(e, w, v) -> " + writePrimitive(primitive, "e", "w", flexible.replace("version", "v"), "false")
                    : array.element().java() + "::write";
            return to + ".array(" + field.java() + ", " + flexible + ", " + nullable + ", version, " + element + ")";
        }
        return field.isNullable()
                ? to + ".nullable(" + field.java() + ", version, "
                        + field.type().java() + "::write)"
                : field.java() + ".write(" + to + ", version)";
    }

    private static String writePrimitive(
            FieldType.Primitive type, String value, String to, String flexible, String nullable) {
        if (type == FieldType.Primitive.UUID) {
            return value + ".write(" + to + ")";
        }
        String lengthForm = type.hasLength() ? ", " + flexible + ", " + nullable : "";
        return to + "." + type.notation + "(" + value + lengthForm + ")";
    }

    // ---- building

    private void builder(String name, List<Field> fields) {
        line("/** A builder that holds every field's default. */");
        open("public static Builder builder() {");
        line("return new Builder();");
        close("}");
        line("");
        line("/** Collects the fields of a {@link " + name + "}; one thread's. */");
        open("public static final class Builder {");
        for (Field field : fields) {
            line("private " + field.type().java() + " " + field.java() + " = " + defaultOf(field) + ";");
        }
        for (Field field : fields) {
            String java = field.java();
            open("public Builder " + java + "(" + field.type().java() + " " + java + ") {");
            boolean list = field.type() instanceof FieldType.Array;
            String value = !list
                    ? java
                    : field.isNullable()
                            ? java + " == null ? null : List.copyOf(" + java + ")"
                            : "List.copyOf(" + java + ")";
            line("this." + java + " = " + value + ";");
            line("return this;");
            close("}");
            if (field.name().endsWith("ErrorCode") && field.type() == FieldType.Primitive.I16) {
                open("public Builder " + java + "(ErrorCode " + java + ") {");
                line("return " + java + "(" + java + ".code());");
                close("}");
            }
        }
        open("public " + name + " build() {");
        StringBuilder arguments = new StringBuilder();
        for (Field field : fields) {
            arguments.append(arguments.length() == 0 ? "" : ", ").append(field.java());
        }
        line("return new " + name + "(" + arguments + ");");
        close("}");
        close("}");
    }

    private String defaultOf(Field field) {
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

    // ---- versions

    private String condition(VersionRange range) {
        if (range.covers(message.versions())) {
            return "";
        }
        boolean low = range.low() > message.versions().low();
        boolean high = range.high() < message.versions().high();
        String atLeast = "version >= " + range.low();
        String atMost = "version <= " + range.high();
        return low && high ? "(" + atLeast + " && " + atMost + ")" : low ? "(" + atLeast + ")" : "(" + atMost + ")";
    }

    private boolean flexibleFromStart() {
        return message.flexible().covers(message.versions());
    }

    private String flexible() {
        if (message.flexible().isNone()) {
            return "false";
        }
        return flexibleFromStart() ? "true" : "version >= " + message.flexible().low();
    }

    // ---- lines

    private static String capital(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private void line(String text) {
        out.append(text.isEmpty() ? "" : "    ".repeat(depth)).append(text).append('\n');
    }

    private void open(String text) {
        line(text);
        depth++;
    }

    private void close(String text) {
        depth--;
        line(text);
    }
}

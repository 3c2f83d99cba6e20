package io.millrace.generator;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes one message as a Java record with nested records, each with {@code read}, {@code write} and a builder.
 *
 * <p>A message's size is not a method of its own: {@code write} into a {@code SizeCounter} gives it, so that size and
 * bytes cannot disagree.
 */
final class MessageWriter {
    private final MessageSchema message;
    private final Set<String> withDefault = new HashSet<>();
    private final SourceText out = new SourceText();

    /** The API whose request the message is, or empty. */
    private final Optional<ApiSchema> asks;

    MessageWriter(MessageSchema message) {
        this(message, Optional.empty());
    }

    private MessageWriter(MessageSchema message, Optional<ApiSchema> asks) {
        this.message = message;
        this.asks = asks;
        findDefaults(message.fields());
        message.shared().forEach(struct -> findDefaults(struct.fields()));
    }

    /** Writes the request of an API, which says what its response is. */
    static MessageWriter ofRequest(ApiSchema api) {
        return new MessageWriter(api.request(), Optional.of(api));
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
        out.line("package io.millrace.protocol.message;");
        out.line("");
        for (String type : List.of(
                "ApiMessage",
                "ApiRequest",
                "ErrorCode",
                "Uuid",
                "record.BufferSlice",
                "record.Records",
                "wire.Bytes",
                "wire.Reader",
                "wire.Writer")) {
            out.line("import io.millrace.protocol." + type + ";");
        }
        out.line("import java.util.List;");
        out.line("");
        out.line("/**");
        out.line(" * " + (message.summary().isEmpty() ? message.name() + "." : message.summary()));
        out.line(" *");
        out.line(" * <p>Versions %d to %d, %s. Generated. A nullable field is null where the sender left it out."
                .formatted(
                        message.versions().low(),
                        message.versions().high(),
                        message.flexible().isNone()
                                ? "none flexible"
                                : "flexible from " + message.flexible().low()));
        out.line(" */");
        out.line("@SuppressWarnings({\"unused\", \"UnusedImport\"})");
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
        boolean isRequest = asks.isPresent() && name.equals(message.name());
        out.open("public record " + name + "(" + components + ") implements "
                + (isRequest ? requestType() : "ApiMessage") + " {");
        if (isRequest) {
            apiId(asks.orElseThrow().key());
        }
        if (withDefault.contains(name)) {
            out.line("/** The value where the field is absent. */");
            out.line("public static final " + name + " DEFAULT = builder().build();");
            out.line("");
        }
        reader(name, fields);
        writer(fields);
        for (Field field : fields) {
            if (field.tagged()) {
                tagWriter(field);
            }
        }
        if (fields.stream().anyMatch(MessageWriter::isThrottleTime)) {
            throttled(name, fields);
        }
        if (fields.stream().anyMatch(this::tellsErrors)) {
            errors(fields);
        }
        BuilderWriter.write(name, fields, out);
        for (FieldType.Struct struct : shared) {
            struct(struct.name(), struct.fields(), List.of());
        }
        for (Field field : fields) {
            FieldType type = field.type() instanceof FieldType.Array array ? array.element() : field.type();
            if (type instanceof FieldType.Struct struct) {
                struct(struct.name(), struct.fields(), List.of());
            }
        }
        out.close("}");
    }

    private String requestType() {
        return "ApiRequest<" + asks.orElseThrow().response().name() + ">";
    }

    private void apiId(int key) {
        out.line("@Override");
        out.open("public short apiId() {");
        out.line("return " + key + ";");
        out.close("}");
        out.line("");
    }

    // ---- reading

    private void reader(String name, List<Field> fields) {
        out.line(
                "/** Reads one, at a version of the message. Throws MalformedMessageException where the bytes do not fit. */");
        out.open("public static " + name + " read(Reader in, short version) {");
        for (Field field : fields) {
            String declaration = field.type().java() + " " + field.java();
            String condition = condition(field.versions());
            if (field.tagged()) {
                out.line(declaration + " = " + BuilderWriter.defaultOf(field) + ";");
            } else if (condition.isEmpty()) {
                out.line(declaration + " = " + read(field, "in") + ";");
            } else {
                out.line(declaration + " = " + condition + " ? " + read(field, "in") + " : "
                        + BuilderWriter.defaultOf(field) + ";");
            }
        }
        if (!message.flexible().isNone()) {
            out.open(flexibleFromStart() ? "{" : "if (" + flexible() + ") {");
            out.line("int lastTag = -1;");
            out.open("for (int tags = in.tagCount(); tags > 0; tags--) {");
            out.line("lastTag = in.tag(lastTag);");
            out.open("switch (lastTag) {");
            for (Field field : fields) {
                if (field.tagged()) {
                    readTagged(field);
                }
            }
            out.line("default -> in.skipTagValue();");
            out.close("}");
            out.close("}");
            out.close("}");
        }
        StringBuilder arguments = new StringBuilder();
        for (Field field : fields) {
            arguments.append(arguments.length() == 0 ? "" : ", ").append(field.java());
        }
        out.line("return new " + name + "(" + arguments + ");");
        out.close("}");
        out.line("");
    }

    /** A known tag in a version that does not have it is as unknown as any other. */
    private void readTagged(Field field) {
        String value = field.java() + " = in.tagValue(t -> " + read(field, "t") + ");";
        String condition = condition(field.versions());
        if (condition.isEmpty() || field.versions().low() <= message.flexible().low()) {
            out.line("case " + field.tag() + " -> " + value);
            return;
        }
        out.open("case " + field.tag() + " -> {");
        out.open("if (" + condition + ") {");
        out.line(value);
        out.otherwise("} else {");
        out.line("in.skipTagValue();");
        out.close("}");
        out.close("}");
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
        out.line("@Override");
        out.open("public void write(Writer out, short version) {");
        for (Field field : fields) {
            if (!field.tagged()) {
                writePositional(field);
            } else if (!field.ignorable() && !condition(field.versions()).isEmpty()) {
                out.open("if (!" + condition(field.versions()) + " && " + isSet(field) + ") {");
                out.line("throw Writer.lacks(\"" + field.name() + "\", version);");
                out.close("}");
            }
        }
        if (!message.flexible().isNone()) {
            out.open(flexibleFromStart() ? "{" : "if (" + flexible() + ") {");
            List<Field> tagged = fields.stream().filter(Field::tagged).toList();
            if (tagged.isEmpty()) {
                out.line("out.uvarint(0);");
            } else {
                StringBuilder count = new StringBuilder();
                for (Field field : tagged) {
                    count.append(count.length() == 0 ? "" : " + ").append("(" + present(field) + " ? 1 : 0)");
                }
                out.line("out.uvarint(" + count + ");");
                for (Field field : tagged) {
                    out.open("if (" + present(field) + ") {");
                    out.line("out.tag(" + field.tag() + ", version, this::write" + capital(field.name()) + ");");
                    out.close("}");
                }
            }
            out.close("}");
        }
        out.close("}");
        out.line("");
    }

    private void writePositional(Field field) {
        String condition = condition(field.versions());
        if (condition.isEmpty()) {
            out.line(write(field, "out") + ";");
            return;
        }
        out.open("if (" + condition + ") {");
        out.line(write(field, "out") + ";");
        if (!field.ignorable()) {
            out.otherwise("} else if (" + isSet(field) + ") {");
            out.line("throw Writer.lacks(\"" + field.name() + "\", version);");
        }
        out.close("}");
    }

    private void tagWriter(Field field) {
        out.open("private void write" + capital(field.name()) + "(Writer out, short version) {");
        out.line(write(field, "out") + ";");
        out.close("}");
        out.line("");
    }

    private String present(Field field) {
        String condition = condition(field.versions());
        return condition.isEmpty() ? isSet(field) : condition + " && " + isSet(field);
    }

    private String isSet(Field field) {
        String java = field.java();
        String standard = BuilderWriter.defaultOf(field);
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

    // ---- throttling

    private static boolean isThrottleTime(Field field) {
        return field.name().equals("ThrottleTimeMs") && field.type() == FieldType.Primitive.I32;
    }

    /** The component is named as the parameter is, so that the other components follow as they are. */
    private void throttled(String name, List<Field> fields) {
        out.line("@Override");
        out.open("public " + name + " throttled(int throttleTimeMs) {");
        out.line(
                "return new " + name + "(" + fields.stream().map(Field::java).collect(Collectors.joining(", ")) + ");");
        out.close("}");
        out.line("");
    }

    // ---- errors

    private static boolean isErrorCode(Field field) {
        return field.name().equals("ErrorCode") && field.type() == FieldType.Primitive.I16;
    }

    private boolean tellsErrors(Field field) {
        return isErrorCode(field) || holdsErrors(field.type());
    }

    private boolean holdsErrors(FieldType type) {
        if (type instanceof FieldType.Array array) {
            return holdsErrors(array.element());
        }
        if (type instanceof FieldType.Struct struct) {
            return struct.fields().stream().anyMatch(this::tellsErrors);
        }
        return type instanceof FieldType.Shared shared
                && message.shared().stream()
                        .filter(struct -> struct.name().equals(shared.name()))
                        .anyMatch(this::holdsErrors);
    }

    /** Has every error code in the message told, those that say that there is none included. */
    private void errors(List<Field> fields) {
        out.line("@Override");
        out.open("public void tellErrors(ErrorListener listener) {");
        for (Field field : fields) {
            if (isErrorCode(field)) {
                out.line("listener.error(" + field.java() + ");");
            } else if (holdsErrors(field.type())) {
                boolean isArray = field.type() instanceof FieldType.Array;
                if (field.isNullable()) {
                    out.open("if (" + field.java() + " != null) {");
                }
                out.line(
                        isArray
                                ? "for (ApiMessage part : " + field.java() + ") part.tellErrors(listener);"
                                : field.java() + ".tellErrors(listener);");
                if (field.isNullable()) {
                    out.close("}");
                }
            }
        }
        out.close("}");
        out.line("");
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

    private static String capital(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}

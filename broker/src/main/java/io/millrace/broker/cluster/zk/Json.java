package io.millrace.broker.cluster.zk;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The value of a znode: a JSON object, read with checks. Every reader says what is missing or wrong in a {@link
 * CorruptNodeException}.
 *
 * <p>Built on Jackson's streaming core alone: data binding costs a tenth of a second of a cold start.
 */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<String, Object> fields;

    private Json(Map<String, Object> fields) {
        this.fields = fields;
    }

    static Json parse(byte[] data) throws CorruptNodeException {
        try (JsonParser parser = FACTORY.createParser(data)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new CorruptNodeException("is not a JSON object");
            }
            Json json = new Json(object(parser));
            if (parser.nextToken() != null) {
                throw new CorruptNodeException("has something behind its JSON object");
            }
            return json;
        } catch (IOException e) { // from memory, so always a syntax error
            throw new CorruptNodeException("is not JSON");
        }
    }

    /** Writes maps, lists, strings, numbers, booleans; a null stands for JSON's null. */
    static byte[] bytes(Map<String, ?> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(128);
        try (JsonGenerator generator = FACTORY.createGenerator(out)) {
            write(generator, fields);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into memory: does not happen
        }
        return out.toByteArray();
    }

    /** Checks the field {@code version}: some writers made it a string. */
    void requireVersionUpTo(int newest) throws CorruptNodeException {
        Object version = fields.get("version");
        long number;
        try {
            number = version instanceof String text ? Long.parseLong(text) : number(version, "version");
        } catch (NumberFormatException e) {
            throw new CorruptNodeException("has version '" + version + "'");
        }
        if (number > newest) {
            throw new NewerNodeException("has version " + number + ", and this broker knows up to version " + newest);
        }
        if (number < 1) {
            throw new CorruptNodeException("has version " + number);
        }
    }

    String text(String field) throws CorruptNodeException {
        return optionalText(field).orElseThrow(() -> new CorruptNodeException("lacks the text '" + field + "'"));
    }

    Optional<String> optionalText(String field) {
        return fields.get(field) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** True or false, which is also what a missing field means. */
    boolean flag(String field) throws CorruptNodeException {
        Object value = fields.get(field);
        if (value != null && !(value instanceof Boolean)) {
            throw new CorruptNodeException("has neither true nor false in '" + field + "'");
        }
        return Boolean.TRUE.equals(value);
    }

    int integer(String field) throws CorruptNodeException {
        return asInt(fields.get(field), field);
    }

    OptionalInt optionalInteger(String field) throws CorruptNodeException {
        return fields.containsKey(field) ? OptionalInt.of(integer(field)) : OptionalInt.empty();
    }

    /** A 64-bit number that is written as a string. */
    long numberInText(String field) throws CorruptNodeException {
        try {
            return Long.parseLong(text(field));
        } catch (NumberFormatException e) {
            throw new CorruptNodeException("has no number in '" + field + "'");
        }
    }

    List<Integer> integers(String field) throws CorruptNodeException {
        return integers(fields.get(field), field);
    }

    List<String> optionalTexts(String field) throws CorruptNodeException {
        Object value = fields.get(field);
        if (value == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (Object element : list(value, field)) {
            if (!(element instanceof String text)) {
                throw new CorruptNodeException("has something other than text in '" + field + "'");
            }
            texts.add(text);
        }
        return texts;
    }

    /** A map of texts, empty where it is missing. */
    Map<String, String> optionalTextMap(String field) throws CorruptNodeException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, Object> entry : optionalMap(field).entrySet()) {
            if (!(entry.getValue() instanceof String text)) {
                throw new CorruptNodeException(
                        "has something other than text at '" + field + "." + entry.getKey() + "'");
            }
            texts.put(entry.getKey(), text);
        }
        return texts;
    }

    boolean has(String field) {
        return fields.get(field) != null;
    }

    /** Lists of broker ids by partition number, empty where the field is missing. */
    Map<Integer, List<Integer>> replicasByPartition(String field) throws CorruptNodeException {
        Map<Integer, List<Integer>> replicas = new LinkedHashMap<>();
        for (Map.Entry<String, Object> entry : optionalMap(field).entrySet()) {
            try {
                replicas.put(Integer.valueOf(entry.getKey()), integers(entry.getValue(), field));
            } catch (NumberFormatException e) {
                throw new CorruptNodeException("has a partition '" + entry.getKey() + "'");
            }
        }
        return replicas;
    }

    private Map<String, Object> optionalMap(String field) throws CorruptNodeException {
        Object value = fields.get(field);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new CorruptNodeException("has no object in '" + field + "'");
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, element) -> copy.put((String) key, element)); // JSON's keys are texts
        return copy;
    }

    private static List<Integer> integers(Object value, String field) throws CorruptNodeException {
        List<Integer> integers = new ArrayList<>();
        for (Object element : list(value, field)) {
            integers.add(asInt(element, field));
        }
        return List.copyOf(integers);
    }

    private static List<?> list(Object value, String field) throws CorruptNodeException {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new CorruptNodeException("lacks the list '" + field + "'");
    }

    private static int asInt(Object value, String field) throws CorruptNodeException {
        long number = number(value, field);
        if (number != (int) number) {
            throw new CorruptNodeException("has a number out of range in '" + field + "'");
        }
        return (int) number;
    }

    private static long number(Object value, String field) throws CorruptNodeException {
        if (value instanceof Long number) {
            return number;
        }
        throw new CorruptNodeException("lacks the number '" + field + "'");
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value(parser));
        }
        return fields;
    }

    /** Long, String, Boolean, Map, List; null for JSON's null. Jackson bounds how deep it goes. */
    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<Object> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(parser));
                }
                yield elements;
            }
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }

    private static void write(JsonGenerator generator, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
                Map.Entry<?, ?> entry = i.next();
                generator.writeFieldName(String.valueOf(entry.getKey()));
                write(generator, entry.getValue());
            }
            generator.writeEndObject();
        } else if (value instanceof List<?> list) {
            generator.writeStartArray();
            for (Object element : list) {
                write(generator, element);
            }
            generator.writeEndArray();
        } else if (value instanceof Integer number) {
            generator.writeNumber(number);
        } else if (value instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (value instanceof String text) {
            generator.writeString(text);
        } else if (value == null) {
            generator.writeNull();
        } else {
            throw new IllegalStateException("No JSON for " + value.getClass());
        }
    }
}

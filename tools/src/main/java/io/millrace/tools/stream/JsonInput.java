package io.millrace.tools.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.protocol.record.RecordHeader;
import io.millrace.protocol.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Reads records as {@link JsonLines} writes them: one object a line, of which only what is there counts.
 *
 * <p>Where text is meant and something else stands, a number or an object, its JSON is taken; headers may also be an
 * object of names and texts. Fields that say where a record was (topic, offset) are passed over. Threading: one thread's.
 */
final class JsonInput implements RecordInput {
    /** What a control character grows to, and so at most a record; the rest of the line is little beside. */
    private static final int GROWTH = 6;

    private static final int BESIDE = 64 << 10;

    private final LineInput lines;
    private final InputRecord line = new InputRecord();
    private final JsonFactory json = new JsonFactory();
    private long number;

    JsonInput(ByteSource source) {
        this.lines = new LineInput(source, LineForm.of(new byte[] {'\n'}, new byte[0], false));
    }

    /** Bytes of the longest line that a record of so many bytes may need. */
    static int longestLine(int record) {
        return (int) Math.min(Integer.MAX_VALUE - BESIDE, (long) GROWTH * record + BESIDE);
    }

    @Override
    public boolean next(InputRecord into) throws IOException {
        while (lines.next(line)) {
            number++;
            if (!isBlank(line.value())) {
                into.clear();
                parse(line.value(), into);
                return true;
            }
        }
        return false;
    }

    @Override
    public long position() {
        return lines.position();
    }

    private static boolean isBlank(byte[] text) {
        for (byte b : text) {
            if (b != ' ' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private void parse(byte[] text, InputRecord into) throws IOException {
        try (JsonParser in = json.createParser(text, 0, text.length)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw bad("a JSON object is wanted, such as {\"key\":\"k\",\"value\":\"v\"}");
            }
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                field(name, in, into);
            }
            if (in.nextToken() != null) {
                throw bad("there is something behind the object");
            }
        } catch (JsonProcessingException e) {
            throw bad(e.getOriginalMessage().replaceFirst("(?s) *\\(start marker.*", ""));
        } catch (IllegalArgumentException e) {
            throw bad(e.getMessage());
        }
    }

    private void field(String name, JsonParser in, InputRecord into) throws IOException {
        switch (name) {
            case "key" -> content(in).ifPresent(bytes -> into.key(bytes, 0, bytes.length));
            case "value", "payload" -> content(in).ifPresent(bytes -> into.value(bytes, 0, bytes.length));
            case "key_base64" -> base64(in).ifPresent(bytes -> into.key(bytes, 0, bytes.length));
            case "value_base64" -> base64(in).ifPresent(bytes -> into.value(bytes, 0, bytes.length));
            case "partition" -> into.partition((int) number(name, in, Integer.MAX_VALUE));
            case "timestamp", "ts" -> into.timestamp(number(name, in, Long.MAX_VALUE));
            case "headers" -> into.headers(headers(in));
            case "topic", "offset" -> in.skipChildren();
            default ->
                throw bad("there is no field '" + name
                        + "'; there are key, value, headers, partition, timestamp, key_base64 and value_base64");
        }
    }

    /** What stands there as bytes: a text's own, of all else its JSON. */
    private Optional<byte[]> content(JsonParser in) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return Optional.empty();
        }
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            return Optional.of(in.getText().getBytes(StandardCharsets.UTF_8));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator copy = json.createGenerator(out)) {
            copy.copyCurrentStructure(in);
        }
        return Optional.of(out.toByteArray());
    }

    private static Optional<byte[]> base64(JsonParser in) throws IOException {
        return in.currentToken() == JsonToken.VALUE_NULL
                ? Optional.empty()
                : Optional.of(Base64.getDecoder().decode(in.getText()));
    }

    private long number(String name, JsonParser in, long most) throws IOException {
        if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw bad("'" + name + "' must be a whole number");
        }
        long value = in.getLongValue();
        if (value < -1 || value > most) {
            throw bad("'" + name + "' is " + value);
        }
        return value;
    }

    private List<RecordHeader> headers(JsonParser in) throws IOException {
        List<RecordHeader> headers = new ArrayList<>();
        if (in.currentToken() == JsonToken.START_OBJECT) {
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                headers.add(new RecordHeader(name, content(in).map(Bytes::of)));
            }
        } else if (in.currentToken() == JsonToken.START_ARRAY) {
            while (in.nextToken() == JsonToken.START_OBJECT) {
                headers.add(header(in));
            }
            if (in.currentToken() != JsonToken.END_ARRAY) {
                throw bad("a header is an object, such as {\"name\":\"n\",\"value\":\"v\"}");
            }
        } else if (in.currentToken() != JsonToken.VALUE_NULL) {
            throw bad("'headers' must be a list of {\"name\":...,\"value\":...}, or an object of names and values");
        }
        return headers;
    }

    private RecordHeader header(JsonParser in) throws IOException {
        String name = "";
        Optional<byte[]> value = Optional.empty();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String field = in.currentName();
            in.nextToken();
            switch (field) {
                case "name", "key" -> {
                    if (in.currentToken() != JsonToken.VALUE_STRING) {
                        throw bad("the name of a header must be a text");
                    }
                    name = in.getText();
                }
                case "value" -> value = content(in);
                case "value_base64" -> value = base64(in);
                default -> throw bad("a header has no field '" + field + "'; it has name, value and value_base64");
            }
        }
        return new RecordHeader(name, value.map(Bytes::of));
    }

    private BadInputException bad(String why) {
        return new BadInputException("line " + number + ": " + why);
    }
}

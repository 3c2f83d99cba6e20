package io.millrace.protocol.message;

import io.millrace.generator.Field;
import io.millrace.generator.FieldType;
import io.millrace.generator.FieldType.Primitive;
import io.millrace.generator.MessageSchema;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Makes the bytes of a random message from its schema alone: a second reading of the schema, which shares no code with
 * the generated classes that it tests.
 *
 * <p>The bytes are canonical: a tagged field is there only if it differs from its default.
 */
final class RandomMessage {
    private final Random random;
    private final MessageSchema schema;
    private final int version;
    private final boolean flexible;
    private final int width;
    private final boolean sparse;
    private final Map<String, List<Field>> shared = new HashMap<>();

    private RandomMessage(Random random, MessageSchema schema, int version, int width, boolean sparse) {
        this.random = random;
        this.width = width;
        this.sparse = sparse;
        this.schema = schema;
        this.version = version;
        this.flexible = schema.flexible().contains(version);
        schema.shared().forEach(struct -> shared.put(struct.name(), struct.fields()));
    }

    static byte[] bytes(Random random, MessageSchema schema, int version) {
        RandomMessage message = new RandomMessage(random, schema, version, 0, false);
        Out out = new Out();
        message.struct(schema.fields(), out, false, 0);
        return out.toByteArray();
    }

    /** A message most of whose fields have their defaults. */
    static byte[] sparse(Random random, MessageSchema schema, int version) {
        RandomMessage message = new RandomMessage(random, schema, version, 0, true);
        Out out = new Out();
        message.struct(schema.fields(), out, false, 0);
        return out.toByteArray();
    }

    /** A message whose outer arrays have many elements, each as small as it can be. */
    static byte[] wide(MessageSchema schema, int version, int width) {
        RandomMessage message = new RandomMessage(new Random(1), schema, version, width, false);
        Out out = new Out();
        message.struct(schema.fields(), out, true, 0);
        return out.toByteArray();
    }

    /** Big-endian writing without any sharing with what is tested. */
    private static final class Out extends ByteArrayOutputStream {
        void number(long value, int bytes) {
            for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
                write((int) (value >>> shift));
            }
        }

        void uvarint(long value) {
            long rest = value;
            while (rest > 127) {
                write((int) ((rest & 127) | 128));
                rest >>= 7;
            }
            write((int) rest);
        }
    }

    private void struct(List<Field> fields, Out out, boolean defaults, int depth) {
        Out tags = new Out();
        int tagged = 0;
        List<Field> inTagOrder = fields.stream()
                .sorted((a, b) -> Integer.compare(a.tag(), b.tag()))
                .toList();
        for (Field field : fields) {
            if (field.versions().contains(version) && !field.tagged()) {
                value(field, out, defaults || leftOut(field), depth);
            }
        }
        for (Field field : inTagOrder) {
            if (field.versions().contains(version) && field.tagged() && flexible && !defaults) {
                Out value = new Out();
                value(field, value, false, depth);
                Out standard = new Out();
                value(field, standard, true, depth);
                if (!leftOut(field)
                        && random.nextInt(3) > 0
                        && !Arrays.equals(value.toByteArray(), standard.toByteArray())) {
                    tagged++;
                    tags.uvarint(field.tag());
                    tags.uvarint(value.size());
                    tags.writeBytes(value.toByteArray());
                }
            }
        }
        if (flexible) {
            out.uvarint(tagged);
            out.writeBytes(tags.toByteArray());
        }
    }

    private boolean leftOut(Field field) {
        return sparse && random.nextInt(field.type() instanceof Primitive ? 8 : 2) > 0;
    }

    private void value(Field field, Out out, boolean defaults, int depth) {
        boolean compact = flexible && !field.classic();
        boolean isNull = field.nullable().contains(version)
                && (defaults ? field.defaultText().equals("null") : random.nextInt(4) == 0);
        if (field.type() instanceof Primitive primitive) {
            primitive(primitive, out, compact, isNull, defaults ? field.defaultText() : null);
        } else if (field.type() instanceof FieldType.Array array) {
            if (isNull) {
                length(-1, out, compact, 4);
                return;
            }
            int count = defaults ? (depth == 0 ? width : 0) : random.nextInt(depth > 2 ? 2 : 4);
            length(count, out, compact, 4);
            for (int i = 0; i < count; i++) {
                if (array.element() instanceof Primitive primitive) {
                    primitive(primitive, out, compact, false, defaults ? "" : null);
                } else {
                    struct(fieldsOf(array.element()), out, defaults, depth + 1);
                }
            }
        } else {
            if (!field.nullable().isNone()) {
                out.write(isNull ? -1 : 1);
            }
            if (!isNull) {
                struct(fieldsOf(field.type()), out, defaults, depth + 1);
            }
        }
    }

    private List<Field> fieldsOf(FieldType type) {
        return type instanceof FieldType.Struct struct ? struct.fields() : shared.get(type.java());
    }

    private static void length(int length, Out out, boolean compact, int bytes) {
        if (compact) {
            out.uvarint(length + 1);
        } else {
            out.number(length, bytes);
        }
    }

    /** A value: the one that a text stands for, or a random one. */
    private void primitive(Primitive type, Out out, boolean compact, boolean isNull, String text) {
        switch (type) {
            case BOOL -> out.write(text == null ? random.nextInt(2) : text.equals("true") ? 1 : 0);
            case I8 -> out.number(number(text), 1);
            case I16, U16 -> out.number(number(text), 2);
            case I32 -> out.number(number(text), 4);
            case I64 -> out.number(number(text), 8);
            case F64 -> out.number(Double.doubleToLongBits(text == null ? random.nextGaussian() : 0), 8);
            case UUID -> {
                out.number(text == null ? random.nextLong() : 0, 8);
                out.number(text == null ? random.nextLong() : 0, 8);
            }
            case STRING -> string(isNull ? null : text == null ? text() : text, out, compact);
            case BYTES, RECORDS -> {
                byte[] bytes = new byte[text == null ? random.nextInt(20) : 0];
                random.nextBytes(bytes);
                length(isNull ? -1 : bytes.length, out, compact, 4);
                out.writeBytes(isNull ? new byte[0] : bytes);
            }
        }
    }

    private long number(String text) {
        if (text != null) {
            return text.isEmpty() ? 0 : Long.decode(text);
        }
        return random.nextInt(8) == 0 ? -1 : random.nextLong() >> random.nextInt(64);
    }

    private static void string(String text, Out out, boolean compact) {
        byte[] utf8 = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        length(text == null ? -1 : utf8.length, out, compact, 2);
        out.writeBytes(utf8);
    }

    private String text() {
        String[] parts = {"a", "orders-", "7", "\u00e9", "\u20ac", "\ud83d\ude00", "\u0000", " ", "x".repeat(60)};
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return schema.name() + " v" + version;
    }
}

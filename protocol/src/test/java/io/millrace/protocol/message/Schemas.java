package io.millrace.protocol.message;

import io.millrace.generator.ApiSchema;
import io.millrace.generator.MessageSchema;
import io.millrace.generator.SchemaParser;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.wire.Reader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All messages: each schema with the class that was generated from it. */
final class Schemas {
    private static final Path FOLDER = Path.of("src/main/schemas");

    private Schemas() {}

    /** A schema and the {@code read} of its class. */
    record Message(MessageSchema schema, Method read) {
        String name() {
            return schema.name();
        }

        int lowest() {
            return schema.versions().low();
        }

        int highest() {
            return schema.versions().high();
        }

        /** Reads all that is in the buffer. */
        ApiMessage decode(ByteBuffer bytes, int version) {
            Reader in = new Reader(bytes);
            ApiMessage message = read(in, version);
            in.expectEnd();
            return message;
        }

        private ApiMessage read(Reader in, int version) {
            try {
                return (ApiMessage) read.invoke(null, in, (short) version);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new AssertionError(e.getCause());
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    static List<Message> all() {
        List<Message> messages = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(FOLDER, "*.txt")) {
            for (Path file : files) {
                Object schema = SchemaParser.parse(Files.readAllLines(file));
                if (schema instanceof ApiSchema api) {
                    messages.add(message(api.request()));
                    messages.add(message(api.response()));
                } else {
                    messages.add(message((MessageSchema) schema));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return messages;
    }

    static Message named(String name) {
        return all().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    }

    private static Message message(MessageSchema schema) {
        try {
            Class<?> type = Class.forName(Schemas.class.getPackageName() + "." + schema.name());
            return new Message(schema, type.getMethod("read", Reader.class, short.class));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(schema.name(), e);
        }
    }
}

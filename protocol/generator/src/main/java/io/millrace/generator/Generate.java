package io.millrace.generator;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Writes the Java sources of all schemas of a folder; leaves files alone whose content stays the same. */
public final class Generate {
    private static final String PACKAGE = "io/millrace/protocol/message";

    private Generate() {}

    /**
     * Runs the generator.
     *
     * @param args the folder of the schemas, and the root of the sources to write
     */
    public static void main(String[] args) throws IOException {
        Path out = Files.createDirectories(Path.of(args[1]).resolve(PACKAGE));
        List<ApiSchema> apis = new ArrayList<>();
        try (DirectoryStream<Path> schemas = Files.newDirectoryStream(Path.of(args[0]), "*.txt")) {
            for (Path file : schemas) {
                Object schema = read(file);
                if (schema instanceof ApiSchema api) {
                    apis.add(api);
                    write(out, api.request(), MessageWriter.ofRequest(api));
                    write(out, api.response());
                } else {
                    write(out, (MessageSchema) schema);
                }
            }
        }
        apis.sort(Comparator.comparingInt(ApiSchema::key));
        write(out.resolve("ApiKey.java"), ApiKeyWriter.source(apis));
    }

    private static Object read(Path file) throws IOException {
        try {
            return SchemaParser.parse(Files.readAllLines(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private static void write(Path out, MessageSchema message) throws IOException {
        write(out, message, new MessageWriter(message));
    }

    private static void write(Path out, MessageSchema message, MessageWriter writer) throws IOException {
        write(out.resolve(message.name() + ".java"), writer.source());
    }

    private static void write(Path file, String source) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(source)) {
            Files.writeString(file, source);
        }
    }
}

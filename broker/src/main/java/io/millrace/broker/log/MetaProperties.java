package io.millrace.broker.log;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * Whose a log directory is: the file {@code meta.properties}.
 *
 * @param brokerId {@code broker.id}, or {@code node.id} where Kafka wrote it without ZooKeeper
 */
record MetaProperties(Optional<Integer> brokerId, Optional<String> clusterId) {
    private static final String FILE = "meta.properties";
    private static final int NEWEST = 1; // as Kafka writes it without ZooKeeper

    /** What a directory's file says; nothing if there is none. */
    static MetaProperties read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return new MetaProperties(Optional.empty(), Optional.empty());
        }
        Properties properties = new Properties();
        try {
            properties.load(new ByteArrayInputStream(Files.readAllBytes(file)));
            int version =
                    Integer.parseInt(properties.getProperty("version", "0").trim());
            if (version > NEWEST) {
                throw new UnusableDirectoryException(file + " is of version " + version
                        + ", written by something newer than" + " this broker, which knows versions up to " + NEWEST);
            }
            String id = properties.getProperty("broker.id", properties.getProperty("node.id"));
            return new MetaProperties(
                    Optional.ofNullable(id).map(String::trim).map(Integer::valueOf),
                    Optional.ofNullable(properties.getProperty("cluster.id")).map(String::trim));
        } catch (IllegalArgumentException e) {
            throw new UnusableDirectoryException(file + " cannot be read: " + e.getMessage());
        }
    }

    static void write(Path directory, int brokerId, String clusterId) throws IOException {
        String text = "version=0\nbroker.id=" + brokerId + "\ncluster.id=" + clusterId + "\n";
        Checkpoint.replace(
                directory.resolve(FILE), text.getBytes(StandardCharsets.UTF_8), Checkpoint.Durability.SYNCED);
    }
}

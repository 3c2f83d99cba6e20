package io.millrace.client.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The brokers that each of the client's suites runs against. {@link Difference} lists in what they are not alike. */
public enum Backend {
    MILLRACE {
        @Override
        ClusterUnderTest run(Path directory, String... settings) {
            return BrokerProcess.start(directory, settings);
        }
    },
    KAFKA {
        @Override
        ClusterUnderTest run(Path directory, String... settings) {
            return KafkaProcess.start(directory, settings);
        }
    };

    abstract ClusterUnderTest run(Path directory, String... settings);

    /** Starts a broker with settings as key=value, on a new folder in this one. */
    public ClusterUnderTest start(Path parent, String... settings) {
        try {
            return run(Files.createDirectory(parent.resolve(name())), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

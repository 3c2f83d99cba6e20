package io.millrace.broker.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * rsyslogd with {@code config/producers/rsyslog.conf}, of which only the broker's address and the paths are changed.
 *
 * <p>Threading: one thread starts and ends it.
 */
final class Rsyslog implements AutoCloseable {
    private static final Path DAEMON = Path.of("/usr/sbin/rsyslogd");

    private final Process process;
    private final Path out;

    private Rsyslog(Process process, Path out) {
        this.process = process;
        this.out = out;
    }

    /** Why it cannot be run here, if it cannot. */
    static Optional<String> whyNot() {
        try (Stream<Path> modules = Files.isExecutable(DAEMON)
                ? Files.find(Path.of("/usr/lib"), 4, (file, is) -> file.endsWith("rsyslog/omkafka.so"))
                : Stream.empty()) {
            return modules.findAny().isPresent()
                    ? Optional.empty()
                    : Optional.of("rsyslog is not installed: apt-get install rsyslog rsyslog-kafka");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts it.
     *
     * @param directory for its files
     * @param log what it ships
     */
    static Rsyslog start(Path directory, Path log, String bootstrap) {
        try {
            Path spool = Files.createDirectories(directory.resolve("spool"));
            String config = Files.readString(Millrace.home().resolve("config/producers/rsyslog.conf"));
            config = replace(config, "127.0.0.1:9092", bootstrap);
            config = replace(config, "/var/log/nginx/access.log", log.toString());
            config = replace(config, "/var/spool/rsyslog", spool.toString());
            Path file = Files.writeString(directory.resolve("rsyslog.conf"), config);
            Path out = directory.resolve("rsyslog.out");
            Path pid = directory.resolve("rsyslog.pid");
            Process process = new ProcessBuilder(DAEMON.toString(), "-n", "-f", file.toString(), "-i", pid.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            return new Rsyslog(process, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String replace(String config, String what, String with) {
        if (!config.contains(what)) {
            throw new IllegalStateException("config/producers/rsyslog.conf has no " + what);
        }
        return config.replace(what, with);
    }

    /** SIGTERM; returns the exit code. */
    int stop() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("rsyslogd does not stop; it said " + said());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** What it complained of. */
    String said() {
        try {
            return Files.readString(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

package io.millrace.tools.load;

import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Units;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all loads have: a topic, the size of records, how many or how long. A mixin. */
final class LoadOptions {
    private static final int SMALLEST = 16;

    @Parameters(index = "0", paramLabel = "TOPIC", description = "what is written or read")
    private String topic = "";

    @Option(
            names = "--create",
            paramLabel = "PARTITIONS",
            description = "creates the topic with so many partitions if it is not there")
    private int create;

    @Option(
            names = {"-s", "--size"},
            paramLabel = "BYTES",
            description = "of a record's value; default 1024")
    private String size = "1024";

    @Option(names = "--random", description = "values that no codec makes smaller, instead of words as in a log")
    private boolean random;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            description = "how long, such as 30s; default 10s, without --count")
    private String duration = "";

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "so many records, however long it takes")
    private long count;

    /** For wrappers whose options have other names. */
    LoadOptions with(String ownTopic, String ownSize, long ownCount) {
        topic = ownTopic;
        size = ownSize;
        count = ownCount;
        return this;
    }

    String topic() {
        return topic;
    }

    int size() {
        try {
            long bytes = Units.parseBytes(size);
            if (bytes <= 1 << 30) {
                return (int) bytes;
            }
        } catch (IllegalArgumentException e) {
            throw Failure.usage("--size: " + e.getMessage());
        }
        throw Failure.usage("--size " + size + " is more than a record may have");
    }

    /** The size of values that carry a time. */
    int sizeWithStamp() {
        if (size() < SMALLEST) {
            throw Failure.usage(
                    "--size is " + size + "; it must be " + SMALLEST + " at least, since records carry a time");
        }
        return size();
    }

    Payloads payloads() {
        return new Payloads(size(), random, 1);
    }

    long count() {
        return count > 0 ? count : Long.MAX_VALUE;
    }

    /** Whether it was said how long. */
    boolean isTimed() {
        return !duration.isEmpty();
    }

    /** How long at most; without either, ten seconds. */
    Duration duration() {
        if (duration.isEmpty()) {
            return count > 0 ? Duration.ofDays(365) : Duration.ofSeconds(10);
        }
        try {
            return Units.parseDuration(duration);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("--duration: " + e.getMessage());
        }
    }

    /** How many partitions the topic has, which is made if need be. */
    int partitions(Cluster cluster) {
        if (create != 0) {
            cluster.create(topic, create);
        }
        return cluster.describe(List.of(topic)).get(0).partitions().size();
    }
}

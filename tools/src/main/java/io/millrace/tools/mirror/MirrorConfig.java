package io.millrace.tools.mirror;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.Settings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a mirror is told: from where to where, which topics and groups, and how much it may take. Immutable.
 *
 * <p>Keys that begin with {@code source.} and {@code target.} are those of {@link ClientConfig}, for the one cluster and the
 * other.
 */
final class MirrorConfig {
    private static final String SOURCE = "source.";
    private static final String TARGET = "target.";

    private final ClientConfig source;
    private final ClientConfig target;
    private final NameFilter topics;
    private final NameFilter groups;
    private Optional<NameFilter> merged = Optional.empty();
    private Optional<Rename> rename = Optional.empty();
    private String prefix = "";
    private Optional<String> sourceAlias = Optional.empty();
    private Optional<String> targetAlias = Optional.empty();
    private String group = "";
    private Duration sessionTimeout = Duration.ofSeconds(10);
    private int replicationFactor = -1;
    private Duration refresh = Duration.ofSeconds(5);
    private Duration groupInterval = Duration.ofSeconds(5);
    private Duration report = Duration.ofSeconds(30);
    private long bandwidth = Long.MAX_VALUE;
    private long bufferBytes = 64 << 20;
    private int partitionBytes = 8 << 20;
    private int fetchBytes = 8 << 20;

    private MirrorConfig(ClientConfig source, ClientConfig target, NameFilter topics, NameFilter groups) {
        this.source = source;
        this.target = target;
        this.topics = topics;
        this.groups = groups;
    }

    /**
     * Reads settings.
     *
     * @throws MillraceException INVALID for what is missing, wrong or unknown
     */
    static MirrorConfig of(Map<String, String> settings) {
        Map<String, String> own = new LinkedHashMap<>(settings);
        ClientConfig source = client(own, SOURCE);
        ClientConfig target = client(own, TARGET);
        Settings read = new Settings(own);
        String[] names = {".*", "", ".*", ""};
        read.text("topics", text -> names[0] = text)
                .text("topics.exclude", text -> names[1] = text)
                .text("groups", text -> names[2] = text)
                .text("groups.exclude", text -> names[3] = text);
        MirrorConfig config =
                new MirrorConfig(source, target, NameFilter.of(names[0], names[1]), NameFilter.of(names[2], names[3]));
        read.text("topics.merge", text -> config.merged = Optional.of(NameFilter.of(text, "")))
                .text("topic.rename", text -> config.rename = Optional.of(Rename.parse(text)))
                .text("topic.prefix", text -> config.prefix = text)
                .text("alias.source", text -> config.sourceAlias = Optional.of(text))
                .text("alias.target", text -> config.targetAlias = Optional.of(text))
                .text("mirror.group", text -> config.group = text)
                .millis("session.timeout.ms", time -> config.sessionTimeout = time)
                .number("replication.factor", -1, value -> config.replicationFactor = value)
                .millis("refresh.ms", time -> config.refresh = time)
                .millis("groups.interval.ms", time -> config.groupInterval = time)
                .millis("report.ms", time -> config.report = time)
                .longNumber("bandwidth.bytes.per.second", 1024, Long.MAX_VALUE, value -> config.bandwidth = value)
                .longNumber("buffer.bytes", 1 << 20, 1L << 40, value -> config.bufferBytes = value)
                .number("partition.buffer.bytes", 1 << 16, value -> config.partitionBytes = value)
                .number("fetch.bytes", 1 << 16, value -> config.fetchBytes = value)
                .refuseRest();
        return config;
    }

    /** Takes the keys with a prefix out. */
    private static ClientConfig client(Map<String, String> settings, String prefix) {
        Map<String, String> its = new LinkedHashMap<>();
        settings.keySet().removeIf(key -> {
            if (key.startsWith(prefix)) {
                its.put(key.substring(prefix.length()), settings.get(key));
            }
            return key.startsWith(prefix);
        });
        if (!its.containsKey("bootstrap.servers")) {
            throw MillraceException.invalid(prefix + "bootstrap.servers is missing: where is that cluster?");
        }
        its.putIfAbsent("client.id", "millrace-mirror");
        return ClientConfig.fromMap(its);
    }

    ClientConfig source() {
        return source;
    }

    ClientConfig target() {
        return target;
    }

    NameFilter topics() {
        return topics;
    }

    NameFilter groups() {
        return groups;
    }

    /** What a topic of the source is called in the target. */
    String targetName(String topic) {
        return prefix + rename.map(rule -> rule.of(topic)).orElse(topic);
    }

    /** Whether others write to the target's topic, too, so that it cannot have the source's offsets. */
    boolean isMerged(String topic) {
        return merged.filter(names -> names.accepts(topic)).isPresent();
    }

    /** Whether any topic may be so. */
    boolean merges() {
        return merged.isPresent();
    }

    /** What the source is called in the names of MBeans, if not by its id. */
    Optional<String> sourceAlias() {
        return sourceAlias;
    }

    /** As {@link #sourceAlias}, of the target. */
    Optional<String> targetAlias() {
        return targetAlias;
    }

    /** The group of processes that share the work; empty if this one does it all. */
    String group() {
        return group;
    }

    /** After so long without a word a process of the group is taken for dead. */
    Duration sessionTimeout() {
        return sessionTimeout;
    }

    /** Of topics in the target; -1 for what its brokers give. */
    int replicationFactor() {
        return replicationFactor;
    }

    /** From one look at topics and their settings to the next. */
    Duration refresh() {
        return refresh;
    }

    Duration groupInterval() {
        return groupInterval;
    }

    /** From one line about the lag to the next. */
    Duration report() {
        return report;
    }

    /** Bytes of records per second. */
    long bandwidth() {
        return bandwidth;
    }

    /** Bytes that may be under way, of all partitions. */
    long bufferBytes() {
        return bufferBytes;
    }

    /** Bytes that may be under way, of one partition. */
    int partitionBytes() {
        return partitionBytes;
    }

    /** Bytes of one fetch. */
    int fetchBytes() {
        return fetchBytes;
    }
}

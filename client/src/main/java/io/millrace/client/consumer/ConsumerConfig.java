package io.millrace.client.consumer;

import io.millrace.client.Bootstrap;
import io.millrace.client.ClientConfig;
import io.millrace.client.IsolationLevel;
import io.millrace.client.MillraceException;
import io.millrace.client.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/**
 * How a consumer fetches, and where it begins. Immutable.
 *
 * <p>Names, units and defaults are Kafka's, but for {@code fetch.buffer.bytes} and {@code close.timeout.ms}, which Kafka
 * does not have.
 */
public final class ConsumerConfig {
    private static final int LEAST_DECOMPRESSED = 64 << 20;

    private final ClientConfig client;
    private final GroupConfig group;
    private final String rack;
    private final OffsetReset offsetReset;
    private final IsolationLevel isolationLevel;
    private final boolean checkCrcs;
    private final int fetchMinBytes;
    private final int fetchMaxBytes;
    private final Duration fetchMaxWait;
    private final int maxPartitionFetchBytes;
    private final long fetchBufferBytes;
    private final int maxPollRecords;
    private final boolean createsTopics;
    private final Duration closeTimeout;

    private ConsumerConfig(Builder builder) {
        client = builder.client;
        group = builder.group;
        rack = builder.rack;
        offsetReset = builder.offsetReset;
        isolationLevel = builder.isolationLevel;
        checkCrcs = builder.checkCrcs;
        fetchMinBytes = builder.fetchMinBytes;
        fetchMaxBytes = builder.fetchMaxBytes;
        fetchMaxWait = builder.fetchMaxWait;
        maxPartitionFetchBytes = builder.maxPartitionFetchBytes;
        fetchBufferBytes = builder.fetchBufferBytes;
        maxPollRecords = builder.maxPollRecords;
        createsTopics = builder.createsTopics;
        closeTimeout = builder.closeTimeout;
    }

    /** The defaults, and where to begin. */
    public static ConsumerConfig of(String bootstrapServers) {
        return builder(bootstrapServers).build();
    }

    /** A builder that begins with the defaults. */
    public static Builder builder(String bootstrapServers) {
        return builder(ClientConfig.of(bootstrapServers));
    }

    /** A builder that begins with the defaults, for a cluster that is found in some other way. */
    public static Builder builder(Bootstrap bootstrap) {
        return builder(ClientConfig.builder(bootstrap).build());
    }

    /** A builder that begins with the defaults of a consumer, and what all clients share. */
    public static Builder builder(ClientConfig client) {
        return new Builder(client);
    }

    /**
     * Reads Kafka's keys, those of {@link ClientConfig} included.
     *
     * @throws MillraceException INVALID for a missing {@code bootstrap.servers}, a wrong value or an unknown key
     */
    public static ConsumerConfig fromMap(Map<String, String> settings) {
        return from(new Settings(settings));
    }

    /** As {@link #fromMap}. */
    public static ConsumerConfig fromProperties(Properties settings) {
        return from(Settings.of(settings));
    }

    private static ConsumerConfig from(Settings settings) {
        Builder builder = builder(ClientConfig.from(settings))
                .group(GroupConfig.from(settings))
                .settings(settings);
        settings.refuseRest();
        return builder.build();
    }

    public ClientConfig client() {
        return client;
    }

    /** The group, if {@link GroupConfig#groupId} says one. */
    public GroupConfig group() {
        return group;
    }

    /** {@code client.rack}: brokers of the same rack are read from, if they have what is wanted (KIP-392); empty for none. */
    public String rack() {
        return rack;
    }

    /** {@code auto.offset.reset}. */
    public OffsetReset offsetReset() {
        return offsetReset;
    }

    /** {@code isolation.level}. */
    public IsolationLevel isolationLevel() {
        return isolationLevel;
    }

    /** {@code check.crcs}: whether batches are checked before they are read. */
    public boolean checkCrcs() {
        return checkCrcs;
    }

    /** {@code fetch.min.bytes}: a broker waits for so much, up to {@link #fetchMaxWait}. */
    public int fetchMinBytes() {
        return fetchMinBytes;
    }

    /** {@code fetch.max.bytes}: of one answer. */
    public int fetchMaxBytes() {
        return fetchMaxBytes;
    }

    /** {@code fetch.max.wait.ms}. */
    public Duration fetchMaxWait() {
        return fetchMaxWait;
    }

    /** {@code max.partition.fetch.bytes}: of one partition in one answer. */
    public int maxPartitionFetchBytes() {
        return maxPartitionFetchBytes;
    }

    /** {@code fetch.buffer.bytes}: of all that was fetched and that the next poll has not let go of, off the heap. */
    public long fetchBufferBytes() {
        return fetchBufferBytes;
    }

    /** What one batch may be decompressed to. */
    int maxDecompressedBytes() {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(LEAST_DECOMPRESSED, fetchBufferBytes));
    }

    /** {@code max.poll.records}. */
    public int maxPollRecords() {
        return maxPollRecords;
    }

    /** {@code allow.auto.create.topics}: whether brokers may create topics that are read and not there. */
    public boolean createsTopics() {
        return createsTopics;
    }

    /** {@code close.timeout.ms}: how long {@link Consumer#close()} may take. */
    public Duration closeTimeout() {
        return closeTimeout;
    }

    /** Collects settings; one thread's. */
    public static final class Builder {
        private final ClientConfig client;
        private GroupConfig group = GroupConfig.NONE;
        private String rack = "";
        private OffsetReset offsetReset = OffsetReset.LATEST;
        private IsolationLevel isolationLevel = IsolationLevel.READ_UNCOMMITTED;
        private boolean checkCrcs = true;
        private int fetchMinBytes = 1;
        private int fetchMaxBytes = 50 << 20;
        private Duration fetchMaxWait = Duration.ofMillis(500);
        private int maxPartitionFetchBytes = 1 << 20;
        private long fetchBufferBytes = 64 << 20;
        private int maxPollRecords = 500;
        private boolean createsTopics = true;
        private Duration closeTimeout = Duration.ofSeconds(30);

        private Builder(ClientConfig client) {
            this.client = client;
        }

        /** {@code group.id}, and the defaults of a member. */
        public Builder groupId(String id) {
            group = group.withId(id);
            return this;
        }

        public Builder group(GroupConfig member) {
            group = member;
            return this;
        }

        public Builder rack(String name) {
            rack = name;
            return this;
        }

        public Builder offsetReset(OffsetReset reset) {
            offsetReset = reset;
            return this;
        }

        public Builder isolationLevel(IsolationLevel level) {
            isolationLevel = level;
            return this;
        }

        public Builder checkCrcs(boolean wanted) {
            checkCrcs = wanted;
            return this;
        }

        public Builder fetchMinBytes(int bytes) {
            fetchMinBytes = (int) atLeast(0, "fetch.min.bytes", bytes);
            return this;
        }

        public Builder fetchMaxBytes(int bytes) {
            fetchMaxBytes = (int) atLeast(1, "fetch.max.bytes", bytes);
            return this;
        }

        public Builder fetchMaxWait(Duration wait) {
            fetchMaxWait = wait;
            return this;
        }

        public Builder maxPartitionFetchBytes(int bytes) {
            maxPartitionFetchBytes = (int) atLeast(1, "max.partition.fetch.bytes", bytes);
            return this;
        }

        public Builder fetchBufferBytes(long bytes) {
            fetchBufferBytes = atLeast(1, "fetch.buffer.bytes", bytes);
            return this;
        }

        public Builder maxPollRecords(int records) {
            maxPollRecords = (int) atLeast(1, "max.poll.records", records);
            return this;
        }

        public Builder createsTopics(boolean allowed) {
            createsTopics = allowed;
            return this;
        }

        public Builder closeTimeout(Duration timeout) {
            closeTimeout = timeout;
            return this;
        }

        /**
         * Takes a consumer's keys, which win over what was said so far; those of {@link ClientConfig} and {@link
         * GroupConfig} are left alone.
         */
        public Builder settings(Settings settings) {
            settings.text("client.rack", this::rack)
                    .parsed(
                            "auto.offset.reset",
                            "earliest, latest, none or by_duration: with a time such as PT1H",
                            OffsetReset::parse,
                            this::offsetReset)
                    .choice("isolation.level", IsolationLevel.class, this::isolationLevel)
                    .bool("check.crcs", this::checkCrcs)
                    .number("fetch.min.bytes", 0, this::fetchMinBytes)
                    .number("fetch.max.bytes", 1, this::fetchMaxBytes)
                    .millis("fetch.max.wait.ms", this::fetchMaxWait)
                    .number("max.partition.fetch.bytes", 1, this::maxPartitionFetchBytes)
                    .longNumber("fetch.buffer.bytes", 1, Long.MAX_VALUE, this::fetchBufferBytes)
                    .number("max.poll.records", 1, this::maxPollRecords)
                    .bool("allow.auto.create.topics", this::createsTopics)
                    .millis("close.timeout.ms", this::closeTimeout);
            return this;
        }

        public ConsumerConfig build() {
            return new ConsumerConfig(this);
        }

        private static long atLeast(long least, String key, long value) {
            if (value < least) {
                throw MillraceException.invalid(key + " is " + value + "; it must be " + least + " at least");
            }
            return value;
        }
    }
}

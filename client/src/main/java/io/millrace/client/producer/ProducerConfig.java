package io.millrace.client.producer;

import io.millrace.client.Bootstrap;
import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.Settings;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.Compressor;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * How a producer batches, sends and gives up. Immutable.
 *
 * <p>Names, units and defaults are Kafka's, but for {@code batch.size} (128 KiB, since a batch grows in small pieces here),
 * {@code when.full} and {@code close.timeout.ms}, which Kafka does not have.
 */
public final class ProducerConfig {
    /** What a record takes at least that nothing is known of: in front of a batch, and in front of its records. */
    private static final int LEAST_REQUEST = 1 << 10;

    private final ClientConfig client;
    private final Acks acks;
    private final boolean idempotent;
    private final int batchSize;
    private final Duration linger;
    private final long bufferMemory;
    private final WhenFull whenFull;
    private final Compressor compressor;
    private final Duration deliveryTimeout;
    private final int maxRequestSize;
    private final int maxInFlight;
    private final Optional<Partitioner> partitioner;
    private final Duration closeTimeout;

    private ProducerConfig(Builder builder) {
        client = builder.client;
        acks = builder.acks;
        idempotent = builder.idempotent.orElse(acks != Acks.NONE);
        batchSize = builder.batchSize;
        linger = builder.linger;
        bufferMemory = builder.bufferMemory;
        whenFull = builder.whenFull;
        compressor = builder.compressor();
        deliveryTimeout = builder.deliveryTimeout;
        maxRequestSize = builder.maxRequestSize;
        maxInFlight = builder.maxInFlight;
        partitioner = builder.partitioner;
        closeTimeout = builder.closeTimeout;
        check();
    }

    private void check() {
        if (idempotent && acks == Acks.NONE) {
            throw MillraceException.invalid(
                    "enable.idempotence needs answers of the broker; set acks to 1 or all, or enable.idempotence to false");
        }
        if (deliveryTimeout.compareTo(linger) <= 0) {
            throw MillraceException.invalid("delivery.timeout.ms is " + deliveryTimeout.toMillis()
                    + ", no more than linger.ms; records would be given up before they are sent");
        }
        if (bufferMemory < batchSize) {
            throw MillraceException.invalid("buffer.memory is " + bufferMemory + ", less than one batch; it must be "
                    + batchSize + " (batch.size) at least");
        }
    }

    /** The defaults, and where to begin. */
    public static ProducerConfig of(String bootstrapServers) {
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

    /** A builder that begins with the defaults of a producer, and what all clients share. */
    public static Builder builder(ClientConfig client) {
        return new Builder(client);
    }

    /**
     * Reads Kafka's keys, those of {@link ClientConfig} included.
     *
     * @throws MillraceException INVALID for a missing {@code bootstrap.servers}, a wrong value or an unknown key
     */
    public static ProducerConfig fromMap(Map<String, String> settings) {
        return from(new Settings(settings));
    }

    /** As {@link #fromMap}. */
    public static ProducerConfig fromProperties(Properties settings) {
        return from(Settings.of(settings));
    }

    private static ProducerConfig from(Settings settings) {
        Builder builder = builder(ClientConfig.from(settings)).settings(settings);
        settings.refuseRest();
        return builder.build();
    }

    private static Compression codec(String name) {
        return Compression.named(name).orElseThrow(() -> new IllegalArgumentException(name));
    }

    public ClientConfig client() {
        return client;
    }

    public Acks acks() {
        return acks;
    }

    /** {@code enable.idempotence}: the broker drops what comes twice; so order is kept, too, whatever fails. */
    public boolean idempotent() {
        return idempotent;
    }

    /** {@code batch.size}: bytes of records, before compression, that a partition's batch takes at most. */
    public int batchSize() {
        return batchSize;
    }

    /** {@code linger.ms}: how long a batch that is not full waits for more. */
    public Duration linger() {
        return linger;
    }

    /** {@code buffer.memory}: bytes of all records that are not sent and answered, off the heap. */
    public long bufferMemory() {
        return bufferMemory;
    }

    /** {@code when.full}. */
    public WhenFull whenFull() {
        return whenFull;
    }

    /** {@code compression.type} and the level that goes with it. */
    public Compressor compressor() {
        return compressor;
    }

    /** {@code delivery.timeout.ms}: from {@code send} to the outcome, at most. */
    public Duration deliveryTimeout() {
        return deliveryTimeout;
    }

    /** {@code max.request.size}: of a record, and of the records of one request. */
    public int maxRequestSize() {
        return maxRequestSize;
    }

    /** {@code max.in.flight.requests.per.connection}; brokers remember five batches of a producer, so more do not help. */
    public int maxInFlight() {
        return maxInFlight;
    }

    /** What chooses partitions instead of murmur2 of the key. */
    public Optional<Partitioner> partitioner() {
        return partitioner;
    }

    /** {@code close.timeout.ms}: how long {@link Producer#close()} waits for what is under way. */
    public Duration closeTimeout() {
        return closeTimeout;
    }

    /** Collects settings; one thread's. */
    public static final class Builder {
        private static final int BROKER_REMEMBERS = 5;

        private final ClientConfig client;
        private Acks acks = Acks.ALL;
        private Optional<Boolean> idempotent = Optional.empty();
        private int batchSize = 128 << 10;
        private Duration linger = Duration.ofMillis(5);
        private long bufferMemory = 32 << 20;
        private WhenFull whenFull = WhenFull.FAIL;
        private Compression compression = Compression.NONE;
        private Optional<Compressor> leveled = Optional.empty();
        private Duration deliveryTimeout = Duration.ofMinutes(2);
        private int maxRequestSize = 1 << 20;
        private int maxInFlight = BROKER_REMEMBERS;
        private Optional<Partitioner> partitioner = Optional.empty();
        private Duration closeTimeout = Duration.ofSeconds(30);

        private Builder(ClientConfig client) {
            this.client = client;
        }

        public Builder acks(Acks wanted) {
            acks = wanted;
            return this;
        }

        public Builder idempotent(boolean wanted) {
            idempotent = Optional.of(wanted);
            return this;
        }

        public Builder batchSize(int bytes) {
            batchSize = positive("batch.size", bytes);
            return this;
        }

        public Builder linger(Duration time) {
            if (time.isNegative()) {
                throw MillraceException.invalid("linger.ms is " + time.toMillis() + "; it must be 0 at least");
            }
            linger = time;
            return this;
        }

        public Builder bufferMemory(long bytes) {
            bufferMemory = bytes;
            return this;
        }

        public Builder whenFull(WhenFull policy) {
            whenFull = policy;
            return this;
        }

        public Builder compression(Compression codec) {
            compression = codec;
            return this;
        }

        /** A codec at a level of its own; holds if the codec is the one that is chosen in the end. */
        public Builder level(Compression codec, int level) {
            if (compression == codec || leveled.isEmpty()) {
                leveled = Optional.of(new Compressor(codec, level));
            }
            return this;
        }

        public Builder deliveryTimeout(Duration timeout) {
            deliveryTimeout = timeout;
            return this;
        }

        public Builder maxRequestSize(int bytes) {
            maxRequestSize = positive("max.request.size", bytes);
            return this;
        }

        public Builder maxInFlight(int requests) {
            if (requests < 1 || requests > BROKER_REMEMBERS) {
                throw MillraceException.invalid("max.in.flight.requests.per.connection is " + requests
                        + "; it must be 1 to " + BROKER_REMEMBERS + ", since brokers remember so many batches");
            }
            maxInFlight = requests;
            return this;
        }

        public Builder partitioner(Partitioner chooser) {
            partitioner = Optional.of(chooser);
            return this;
        }

        public Builder closeTimeout(Duration timeout) {
            closeTimeout = timeout;
            return this;
        }

        /** Takes a producer's keys, which win over what was said so far; those of {@link ClientConfig} are left alone. */
        public Builder settings(Settings settings) {
            settings.parsed("acks", "0, 1 or all", Acks::parse, this::acks)
                    .bool("enable.idempotence", this::idempotent)
                    .number("batch.size", 1, this::batchSize)
                    .millis("linger.ms", this::linger)
                    .longNumber("buffer.memory", 1, Long.MAX_VALUE, this::bufferMemory)
                    .choice("when.full", WhenFull.class, this::whenFull)
                    .parsed(
                            "compression.type",
                            "none, gzip, snappy, lz4 or zstd",
                            ProducerConfig::codec,
                            this::compression)
                    .longNumber("compression.gzip.level", -1, 9, level -> level(Compression.GZIP, (int) level))
                    .longNumber("compression.lz4.level", 1, 17, level -> level(Compression.LZ4, (int) level))
                    .longNumber("compression.zstd.level", -131_072, 22, level -> level(Compression.ZSTD, (int) level))
                    .millis("delivery.timeout.ms", this::deliveryTimeout)
                    .number("max.request.size", LEAST_REQUEST, this::maxRequestSize)
                    .number("max.in.flight.requests.per.connection", 1, this::maxInFlight)
                    .millis("close.timeout.ms", this::closeTimeout);
            return this;
        }

        public ProducerConfig build() {
            return new ProducerConfig(this);
        }

        private Compressor compressor() {
            return leveled.filter(level -> level.codec() == compression).orElseGet(() -> Compressor.of(compression));
        }

        private static int positive(String key, int value) {
            if (value < 1) {
                throw MillraceException.invalid(key + " is " + value + "; it must be 1 at least");
            }
            return value;
        }
    }
}

package io.millrace.broker.log;

import io.millrace.broker.config.Settings;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.Compressor;
import java.util.Map;
import java.util.Optional;

/**
 * How a log's batches are compressed.
 *
 * @param codec that all of them get; empty to leave them as their producers made them
 * @param gzipLevel that is used wherever the codec is gzip; the others likewise
 */
public record BatchCompression(Optional<Compression> codec, int gzipLevel, int lz4Level, int zstdLevel) {
    private static final String UNCOMPRESSED = "uncompressed";

    /** What topics have that say nothing. Throws InvalidSettingException for a value that cannot be used. */
    static BatchCompression from(Settings broker) {
        return new BatchCompression(
                codec(TopicSettings.COMPRESSION_TYPE.defaultFrom(broker)),
                TopicSettings.GZIP_LEVEL.defaultFrom(broker),
                TopicSettings.LZ4_LEVEL.defaultFrom(broker),
                TopicSettings.ZSTD_LEVEL.defaultFrom(broker));
    }

    /** The same with a topic's own settings. */
    BatchCompression withTopicOverrides(Map<String, String> own) {
        String type = own.get(TopicSettings.COMPRESSION_TYPE.name());
        return new BatchCompression(
                type == null ? codec : codec(type),
                TopicSettings.GZIP_LEVEL.in(own, gzipLevel),
                TopicSettings.LZ4_LEVEL.in(own, lz4Level),
                TopicSettings.ZSTD_LEVEL.in(own, zstdLevel));
    }

    /** "producer" is no codec's name. */
    private static Optional<Compression> codec(String type) {
        return type.equals(UNCOMPRESSED) ? Optional.of(Compression.NONE) : Compression.named(type);
    }

    /** Whether batches stay as their producers compressed them. */
    public boolean isProducers() {
        return codec.isEmpty();
    }

    /** What compresses a batch; empty where batches stay as they are. */
    public Optional<Compressor> compressor() {
        return codec.map(this::at);
    }

    /** A codec at the level that is set for it. */
    public Compressor at(Compression wanted) {
        return new Compressor(
                wanted,
                switch (wanted) {
                    case GZIP -> gzipLevel;
                    case LZ4 -> lz4Level;
                    case ZSTD -> zstdLevel;
                    case NONE, SNAPPY -> wanted.defaultLevel();
                });
    }
}

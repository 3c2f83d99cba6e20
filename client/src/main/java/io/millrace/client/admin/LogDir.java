package io.millrace.client.admin;

import io.millrace.protocol.TopicPartition;
import java.util.Map;
import java.util.OptionalLong;

/**
 * One of a broker's log directories.
 *
 * @param totalBytes of its file system, if the broker says so (KIP-827)
 * @param usableBytes of its file system, if the broker says so (KIP-827)
 * @param cordoned whether it takes no new replicas (KIP-1066)
 * @param replicas those that lie in it
 * @param incoming those that are on their way from another one of the broker's directories (KIP-113)
 */
public record LogDir(
        String path,
        OptionalLong totalBytes,
        OptionalLong usableBytes,
        boolean cordoned,
        Map<TopicPartition, Replica> replicas,
        Map<TopicPartition, Replica> incoming) {
    public LogDir {
        replicas = Map.copyOf(replicas);
        incoming = Map.copyOf(incoming);
    }

    /**
     * A replica in a directory.
     *
     * @param lag how many offsets it is behind: the high watermark, or for an incoming one the replica that it copies
     */
    public record Replica(long sizeBytes, long lag) {}
}

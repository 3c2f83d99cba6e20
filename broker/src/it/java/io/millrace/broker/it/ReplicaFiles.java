package io.millrace.broker.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The records of a partition as they lie in the files of several brokers, held against one another. */
final class ReplicaFiles {
    private ReplicaFiles() {}

    /**
     * Waits for a while until all copies of a topic that is not written to are the same bytes.
     *
     * @return of how many partitions they are not
     */
    static int awaitEqual(Collection<BrokerProcess> brokers, String topic, int partitions) {
        List<BrokerProcess> all = List.copyOf(brokers);
        try {
            Awaitility.await().atMost(ClusterProcesses.PATIENCE).until(() -> differing(all, topic, partitions) == 0);
            return 0;
        } catch (ConditionTimeoutException e) {
            return (int) differing(all, topic, partitions);
        }
    }

    private static long differing(List<BrokerProcess> brokers, String topic, int partitions) {
        return IntStream.range(0, partitions)
                .filter(p -> !areEqual(brokers.stream()
                        .map(broker -> broker.data().resolve(topic + "-" + p))
                        .filter(Files::isDirectory)
                        .toList()))
                .count();
    }

    private static boolean areEqual(List<Path> copies) {
        List<byte[]> contents = copies.stream().map(ReplicaFiles::content).toList();
        return copies.size() == 3 && contents.stream().allMatch(each -> Arrays.equals(each, contents.get(0)));
    }

    /** All segments one behind the other: where a log is cut into segments may differ. */
    private static byte[] content(Path partition) {
        try (Stream<Path> files = Files.list(partition)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (Path segment : files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList()) {
                bytes.writeBytes(Files.readAllBytes(segment));
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.millrace.broker.api.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.protocol.message.AlterReplicaLogDirsRequest;
import io.millrace.protocol.message.AlterReplicaLogDirsRequest.Dir;
import io.millrace.protocol.message.AlterReplicaLogDirsResponse;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.DescribeLogDirsRequest;
import io.millrace.protocol.message.DescribeLogDirsResponse;
import io.millrace.protocol.message.DescribeLogDirsResponse.Result.Topic.Partition;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AlterReplicaLogDirs and DescribeLogDirs, of a broker with two directories. */
class LogDirHandlersTest {
    @TempDir
    private Path directory;

    private Path a;
    private Path b;
    private BrokerHouse house;

    @BeforeEach
    void open() {
        a = directory.resolve("a");
        b = directory.resolve("b");
        house = new BrokerHouse(List.of(a, b), Map.of());
        house.replica.topic("t", 3);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private static Dir dir(Object path, String topic, Integer... partitions) {
        return new Dir(path.toString(), List.of(new Dir.Topic(topic, Arrays.asList(partitions))));
    }

    private List<Integer> errors(int version, Dir... dirs) {
        return house
                .ask(
                        ApiKey.ALTER_REPLICA_LOG_DIRS,
                        AlterReplicaLogDirsResponse::read,
                        version,
                        AlterReplicaLogDirsRequest.builder().dirs(List.of(dirs)).build())
                .results()
                .stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(partition -> (int) partition.errorCode())
                .toList();
    }

    private List<Partition> in(Path path, int version) {
        return house
                .ask(
                        ApiKey.DESCRIBE_LOG_DIRS,
                        DescribeLogDirsResponse::read,
                        version,
                        DescribeLogDirsRequest.builder().topics(null).build())
                .results()
                .stream()
                .filter(result -> result.logDir().equals(path.toString()))
                .flatMap(result -> result.topics().stream())
                .flatMap(topic -> topic.partitions().stream())
                .toList();
    }

    @Test
    void aMoveIsBegunAndShownAtEveryVersion() {
        for (int version = 0; version <= 2; version++) {
            Path from = house.replica.partition("t", version).log().directory();
            Path to = from.equals(a) ? b : a;
            assertEquals(List.of(0), errors(version, dir(to, "t", version)));
            int number = version;
            Partition future = in(to, version + 1).stream()
                    .filter(partition -> partition.partitionIndex() == number && partition.isFutureKey())
                    .findFirst()
                    .orElseThrow();
            assertEquals(0, future.offsetLag());
            assertTrue(in(from, version + 1).stream()
                    .anyMatch(partition -> partition.partitionIndex() == number && !partition.isFutureKey()));
            assertEquals(List.of(0), errors(version, dir(from, "t", version)), "back again");
            assertFalse(in(to, version + 1).stream().anyMatch(Partition::isFutureKey));
        }
    }

    @Test
    void errorsAreToldForEachPartition() {
        assertEquals(List.of(57, 57), errors(2, dir(directory.resolve("c"), "t", 0, 1)));
        assertEquals(List.of(57), errors(2, dir("b", "t", 0)));
        assertEquals(List.of(57), errors(2, dir("nul\0", "t", 0)));
        assertEquals(List.of(9), errors(2, dir(b, "t", 3)));
        assertEquals(List.of(9), errors(2, dir(b, "absent", 0)));
        assertEquals(List.of(17), errors(2, dir(b, "a/b", 0)));
        assertEquals(List.of(42, 42), errors(2, dir(a, "t", 0), dir(b, "t", 0)), "named twice");
    }

    @Test
    void aTopicThatIsMadeLaterLiesWhereItWasToldTo() {
        assertEquals(List.of(9, 9, 9), errors(1, dir(b, "later", 0, 1, 2)));
        house.replica.topic("later", 3);
        for (int p = 0; p < 3; p++) {
            assertEquals(b, house.replica.partition("later", p).log().directory());
        }
    }
}

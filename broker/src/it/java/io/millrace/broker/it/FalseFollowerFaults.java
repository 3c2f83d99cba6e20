package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fetches of followers that cannot be, by hand, beside a load that must not notice. Run by bench/faults. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class FalseFollowerFaults {
    private static final int OFFSET_OUT_OF_RANGE = 1;
    private static final int NOT_LEADER_OR_FOLLOWER = 6;
    private static final int FENCED_LEADER_EPOCH = 74;
    private static final int UNKNOWN_LEADER_EPOCH = 75;
    private static final int NO_EPOCH = -1;
    private static final long FAR = 1L << 40;

    @TempDir
    private Path directory;

    @Test
    void followersThatCannotBeAreToldSoAndHarmNobody() {
        try (ClusterProcesses cluster = ClusterProcesses.start(directory, 3, 1)) {
            FaultRun.under(cluster, "FalseFollowerFaults", "false followers", load -> {
                int leader = cluster.leader(load.topic(), 0);
                int follower = leader % 3 + 1;
                int port = cluster.broker(leader).port();
                String topic = load.topic();
                for (int round = 0; round < 20; round++) {
                    assertEquals(UNKNOWN_LEADER_EPOCH, fetch(port, topic, follower, 1000, 0));
                    assertEquals(OFFSET_OUT_OF_RANGE, fetch(port, topic, follower, NO_EPOCH, FAR));
                    assertEquals(OFFSET_OUT_OF_RANGE, fetch(port, topic, -1, NO_EPOCH, FAR));
                    assertEquals(NOT_LEADER_OR_FOLLOWER, fetch(port, topic, 99, NO_EPOCH, 0));
                    assertEquals(
                            NOT_LEADER_OR_FOLLOWER,
                            fetch(cluster.broker(follower).port(), topic, leader, NO_EPOCH, 0));
                }
                cluster.broker(leader).kill(); // the next epoch is 1
                load.awaitFlow();
                int next = Awaitility.await()
                        .atMost(ClusterProcesses.PATIENCE)
                        .until(() -> cluster.leader(topic, 0), id -> id != leader);
                assertEquals(
                        FENCED_LEADER_EPOCH, fetch(cluster.broker(next).port(), topic, 6 - leader - next, 0, 0));
                cluster.broker(leader).restart();
                load.awaitFlow();
            });
        }
    }

    /** The error code that a Fetch of version 11 of partition 0 gets. */
    private static int fetch(int port, String topic, int replica, int leaderEpoch, long offset) {
        RawRequest request = new RawRequest(1, 11)
                .i32(replica)
                .i32(0) // max wait
                .i32(0) // min bytes
                .i32(1 << 20)
                .i8(0)
                .i32(0) // no session
                .i32(-1)
                .i32(1)
                .string(topic)
                .i32(1)
                .i32(0)
                .i32(leaderEpoch)
                .i64(offset)
                .i64(0)
                .i32(1 << 10)
                .i32(0) // nothing forgotten
                .string("");
        try (RawConnection connection = new RawConnection(port)) {
            ByteBuffer answer = connection.call(request);
            answer.getInt(); // throttle time
            int whole = answer.getShort();
            answer.getInt(); // session
            if (whole != 0 || answer.getInt() == 0) {
                return whole;
            }
            RawConnection.string(answer);
            answer.getInt(); // one partition
            answer.getInt(); // number 0
            return answer.getShort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

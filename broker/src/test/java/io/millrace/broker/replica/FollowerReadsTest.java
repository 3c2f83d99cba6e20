package io.millrace.broker.replica;

import static io.millrace.broker.replica.ReplicaHouse.SELF;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Followers that cannot be are told so, and what they say of themselves does not count. */
class FollowerReadsTest {
    private static final int OTHER = 2;
    private static final int STRANGER = 99;
    private static final int EPOCH = 5;
    private static final int ANY_EPOCH = -1;
    private static final long FAR = 1L << 40;
    private static final Follower FOLLOWER = new Follower(OTHER, 10);

    @TempDir
    private Path directory;

    private ReplicaHouse house;
    private Partition partition;

    @BeforeEach
    void lead() {
        house = new ReplicaHouse(directory).started();
        house.topic("t", 1);
        partition = house.partition("t", 0);
        partition.lead(
                List.of(SELF, OTHER),
                new PartitionState(SELF, EPOCH, List.of(SELF, OTHER), PartitionState.RECOVERED, EPOCH));
        partition.append(only(batch("a", "b")));
    }

    @AfterEach
    void close() {
        house.close();
    }

    private Read read(Follower follower, long offset, int leaderEpoch, int lastFetchedEpoch) {
        return partition.readAsReplica(follower, offset, 1 << 20, true, leaderEpoch, lastFetchedEpoch);
    }

    /** And it has moved nothing: not even that follower counts as having come any further. */
    private void assertRefused(ErrorCode error, Follower follower, long offset, int leaderEpoch, int lastFetchedEpoch) {
        assertEquals(
                error,
                assertThrows(ApiException.class, () -> read(follower, offset, leaderEpoch, lastFetchedEpoch))
                        .error());
        assertEquals(0, partition.log().highWatermark());
    }

    @Test
    void whoCannotBeAFollowerIsToldSoAndTheOthersFollow() {
        assertRefused(ErrorCode.UNKNOWN_LEADER_EPOCH, FOLLOWER, 2, EPOCH + 1, EPOCH);
        assertRefused(ErrorCode.FENCED_LEADER_EPOCH, FOLLOWER, 2, EPOCH - 1, EPOCH);
        assertRefused(ErrorCode.OFFSET_OUT_OF_RANGE, FOLLOWER, FAR, EPOCH, ANY_EPOCH);
        assertRefused(ErrorCode.OFFSET_OUT_OF_RANGE, FOLLOWER, -1, EPOCH, ANY_EPOCH);
        assertEquals(
                2, read(FOLLOWER, FAR, EPOCH, EPOCH).divergence().orElseThrow().endOffset());
        assertEquals(0, partition.log().highWatermark());
        assertRefused(ErrorCode.NOT_LEADER_OR_FOLLOWER, new Follower(STRANGER, 1), 2, EPOCH, EPOCH);
        assertRefused(ErrorCode.NOT_LEADER_OR_FOLLOWER, new Follower(SELF, 1), 2, EPOCH, EPOCH);

        read(FOLLOWER, 2, EPOCH, EPOCH).records().release();
        assertEquals(2, partition.log().highWatermark());
    }

    @Test
    void whatAnEarlierLifeOfAFollowerHadDoesNotCount() {
        read(FOLLOWER, 0, EPOCH, ANY_EPOCH).records().release();
        read(new Follower(OTHER, FOLLOWER.brokerEpoch() - 1), 2, EPOCH, EPOCH)
                .records()
                .release();
        assertEquals(0, partition.log().highWatermark());
    }

    @Test
    void whereAFollowersLastRecordIsOfAnEpochThatIsNotHereItDoesNotCount() {
        assertRefused(ErrorCode.OFFSET_OUT_OF_RANGE, FOLLOWER, 2, EPOCH, EPOCH + 2);
        assertEquals(
                0,
                read(FOLLOWER, 2, EPOCH, EPOCH - 1).divergence().orElseThrow().endOffset());
        assertEquals(0, partition.log().highWatermark());
    }
}

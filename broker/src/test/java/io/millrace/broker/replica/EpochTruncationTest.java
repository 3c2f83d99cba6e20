package io.millrace.broker.replica;

import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochTruncationTest {
    @TempDir
    Path directory;

    private static void lead(Partition partition, int epoch) {
        partition.lead(
                List.of(ReplicaHouse.SELF),
                new PartitionState(ReplicaHouse.SELF, epoch, List.of(ReplicaHouse.SELF), 0, epoch));
    }

    /** Two logs with a common begin: whatever follows in each, in a few steps the follower's is cut to what is common. */
    @Test
    void aFewStepsLeaveWhatBothLogsHave() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (ReplicaHouse house = new ReplicaHouse(directory).started()) {
            for (int round = 0; round < 30; round++) {
                house.topic("leader" + round, 1);
                house.topic("follower" + round, 1);
                Partition leader = house.partition("leader" + round, 0);
                Partition follower = house.partition("follower" + round, 0);
                int epoch = 1;
                long common = 0;
                for (int i = random.nextInt(4); i > 0; i--) {
                    epoch += 1 + random.nextInt(2);
                    lead(leader, epoch);
                    lead(follower, epoch);
                    for (int n = 1 + random.nextInt(3); n > 0; n--) {
                        leader.append(only(batch("same")));
                        follower.append(only(batch("same")));
                        common++;
                    }
                }
                int divergedAt = epoch;
                for (int i = random.nextInt(3); i > 0; i--) { // each epoch belongs to one of the two
                    lead(leader, divergedAt += 2);
                    leader.append(only(batch("leader's")));
                }
                divergedAt = epoch - 1;
                for (int i = random.nextInt(3); i > 0; i--) {
                    lead(follower, divergedAt += 2);
                    follower.append(only(batch("follower's")));
                }
                lead(leader, 50);
                follower.follow(50, 2);
                assertEquals(common, truncated(leader, follower), "seed " + seed + ", round " + round);
            }
        }
    }

    private static long truncated(Partition leader, Partition follower) {
        for (int step = 0; step < 10; step++) {
            long end = follower.log().endOffset();
            int lastEpoch = follower.log().leaderEpochs().latest().orElse(-1);
            if (end == 0 || lastEpoch < 0) {
                return end;
            }
            EpochEnd leaders = leader.endOfEpoch(lastEpoch);
            if (leaders.epoch() == lastEpoch && end <= leaders.endOffset()) {
                return end;
            }
            follower.truncateAsFollower(leaders, 50);
        }
        throw new AssertionError("it does not come to an end");
    }
}

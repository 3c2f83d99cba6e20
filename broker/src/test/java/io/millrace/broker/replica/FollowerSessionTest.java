package io.millrace.broker.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.broker.config.Settings;
import io.millrace.broker.quota.QuotaConfig;
import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.protocol.Uuid;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowerSessionTest {
    @Test
    void anAnswerToAFetchOfAnEarlierLeaderEpochIsNotTaken(@TempDir Path directory) {
        Settings settings = new Settings(Map.of());
        FollowerSession session = new FollowerSession(
                ReplicaHouse.SELF,
                ReplicaConfig.from(settings),
                new FollowerThrottle(new ReplicationThrottle(QuotaConfig.ofReplication(settings), System::nanoTime)));
        try (ReplicaHouse house = new ReplicaHouse(directory).started()) {
            Uuid topic = house.topic("t", 1);
            Followed atFive = new Followed(house.partition("t", 0), topic, 5);
            Followed atSeven = new Followed(house.partition("t", 0), topic, 7);
            session.add(atFive);
            session.next(1);
            long first = session.fetches();
            assertEquals(Optional.of(atFive), session.find(atFive.key(), first));

            session.remove(atFive); // another broker leads for a while
            session.add(atSeven);
            assertEquals(Optional.empty(), session.find(atSeven.key(), first));

            session.next(1);
            assertEquals(Optional.empty(), session.find(atSeven.key(), first));
            assertEquals(Optional.of(atSeven), session.find(atSeven.key(), session.fetches()));
        }
    }
}

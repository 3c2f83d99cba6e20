package io.millrace.broker.replica;

import static io.millrace.broker.replica.ReplicaHouse.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.BrokerRegistration;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskNewsTest {
    @TempDir
    private Path directory;

    @Test
    void aBrokerWithoutRoomSaysSoAndIsSpared() {
        String more = Long.toString(1L << 60); // than any disk has
        try (ReplicaHouse house =
                new ReplicaHouse(List.of(directory), Map.of("log.dir.min.free.bytes", more)).started()) {
            assertFalse(house.cluster.view().isSpared(ReplicaHouse.SELF));
            house.logs.startHousekeeping();
            await(house.cluster.when(view -> view.broker(ReplicaHouse.SELF)
                    .filter(BrokerRegistration::shortOfDisk)
                    .isPresent()));
            assertTrue(house.cluster.view().isSpared(ReplicaHouse.SELF));
        }
    }
}
